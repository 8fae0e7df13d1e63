/* The item list: short addresses, one open menu at a time, and quick edits in the rows. */

import "./item-list-keys.js";
import { openQuickEdit } from "./quick-edit.js";

const search = document.getElementById("item-search");
// Empty fields make no part of the address.
search.addEventListener("formdata", ({ formData }) => {
  for (const name of new Set(formData.keys())) {
    const values = formData.getAll(name).filter(Boolean);
    formData.delete(name);
    for (const value of values) formData.append(name, value);
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".filter details[open], .action-group[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const link = event.target.closest("a.quick-edit");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    openQuickEdit(link);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement.closest(".filter details[open], .action-group[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
