/* “Open” beside an input of a link opens the link that is typed. */

import { isUnchanged } from "./form-state.js";

function update(target) {
  const open = target.parentElement.querySelector(":scope > input[type=url] + .open-link");
  if (!open) return;
  open.href = target.value;
  open.hidden = !/^https?:/i.test(target.value) || !target.validity.valid;
}

document.addEventListener("input", ({ target }) => update(target));
for (const input of document.querySelectorAll("input[type=url]")) if (!isUnchanged(input)) update(input);
