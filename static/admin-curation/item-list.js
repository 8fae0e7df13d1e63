/* The item list: its menus and keys, and quick edits in the rows. */

import "./list-menus.js";
import "./item-list-keys.js";
import { openQuickEdit } from "./quick-edit.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.quick-edit");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    openQuickEdit(link);
  }
});
