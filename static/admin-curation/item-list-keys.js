/* Keys of the item list and the bin: move along the rows, mark, edit, open and preview them. */

import { addKey } from "./keys.js";
import { mark } from "./marked-rows.js";

const rows = () => [...document.querySelectorAll("#result_list tbody tr[data-item]")];
const current = () => document.querySelector("#result_list tr.is-current");

function move(step) {
  const all = rows();
  const focused = document.activeElement.closest("#result_list tr[data-item]");
  const from = all.indexOf(current() ?? focused);
  const next = all[from < 0 ? 0 : Math.min(Math.max(from + step, 0), all.length - 1)];
  if (!next) return;
  current()?.classList.remove("is-current");
  next.classList.add("is-current");
  next.querySelector("a.item-title").focus();
}

function markCurrent(isRange) {
  const box = current()?.querySelector("input[name=_selected_action]");
  if (!box) return false;
  mark(box, isRange || !box.checked, isRange);
}

function press(selector) {
  const link = current()?.querySelector(selector);
  if (!link) return false;
  link.click();
}

addKey("/", "Search items", () => document.getElementById("search-items").select());
addKey("j", "Next item", () => move(1));
addKey("k", "Previous item", () => move(-1));
addKey("x", "Mark the item", () => markCurrent(false));
addKey("Shift+x", "Mark all items to this one", () => markCurrent(true));
addKey("Enter", "Open the item", () => press("a.item-title"));
// The rows of the bin have none of these links.
if (document.querySelector("a.quick-edit")) addKey("e", "Quick edit", () => press("a.quick-edit"));
if (document.querySelector("a.preview")) addKey("p", "Preview the item in a new tab", () => press("a.preview"));
if (document.querySelector("a.copy-link")) addKey("c", "Copy the link of the item", () => press("a.copy-link"));
