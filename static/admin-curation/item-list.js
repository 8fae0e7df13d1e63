/* The item list: its menus and keys, and quick edits in the rows. */

import { copy } from "./copy.js";
import "./list-menus.js";
import "./item-list-keys.js";
import { openQuickEdit } from "./quick-edit.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.quick-edit, a.copy-link");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    (link.matches(".copy-link") ? copyLink : openQuickEdit)(link);
  }
});

/** Copy the address of a row’s page, and say so in the row. */
async function copyLink({ href, parentElement }) {
  document.querySelector(".row-links [role=status]")?.remove();
  const note = document.createElement("span");
  note.setAttribute("role", "status");
  parentElement.append(note);
  note.textContent = await copy(href) ? "The link is copied." : `The browser does not copy it: ${href}`;
}

document.addEventListener("toggle", async ({ target }) => {
  if (!target.open || !target.querySelector("input[data-chips-url]")) return;
  await import("./chips.js"); // which shows all lines of the page as chips
  target.querySelector("[role=combobox]").focus();
}, { capture: true });
