/* Conflicts by keyboard: K keeps, T takes, E edits the current one, J goes to the next. The current one is marked. */

import { addKey } from "./keys.js";

const all = [...document.querySelectorAll(".conflict")];
let current = Math.max(0, all.findIndex(({ id }) => `#${id}` === location.hash));

function mark(index, isMoved) {
  all[current].classList.remove("is-current");
  current = Math.min(Math.max(index, 0), all.length - 1);
  all[current].classList.add("is-current");
  if (isMoved) {
    all[current].focus({ preventScroll: true });
    all[current].scrollIntoView({ block: "nearest" });
  }
}

const press = (key) => all[current].querySelector(`[data-key=${key}]`)?.click();

if (all.length) {
  mark(current, location.hash !== "");
  if (document.querySelector(".conflict [data-key]")) {
    addKey("k", "Keep what is here", () => press("k"));
    addKey("t", "Take the file’s", () => press("t"));
    addKey("e", "Edit both", () => press("e"));
  }
  addKey("j", "The next conflict", () => mark(current + 1, true));
  addKey("Shift+j", "The one before", () => mark(current - 1, true));
  for (const [index, conflict] of all.entries()) conflict.addEventListener("focusin", () => mark(index, false));
}
