/* Marks rows of the item list, ranges of them with Shift, and shows the bar of actions while there are any. */

const bar = document.querySelector(".item-actions");
const toggle = document.getElementById("mark-page");
const across = bar?.querySelector("[name=select_across]");
const count = bar?.querySelector(".marked-count");
let last = null;

export const boxes = () => [...document.querySelectorAll("#result_list input[name=_selected_action]")];

export function update() {
  if (!bar) return;
  const all = boxes();
  const marked = all.filter((box) => box.checked).length;
  if (!marked && across) across.checked = false;
  bar.hidden = !marked;
  count.textContent = across?.checked ? "All that match are marked" : `${marked} of ${all.length} marked`;
  toggle.checked = marked === all.length;
  toggle.indeterminate = marked > 0 && marked < all.length;
}

/** Mark a row, or with `isRange` all rows from the last one that was marked to it, as the row is to be. */
export function mark(box, isMarked, isRange) {
  const all = boxes();
  const from = isRange && last ? all.indexOf(last) : -1;
  const to = all.indexOf(box);
  const range = from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const one of range) one.checked = isMarked;
  last = box;
  update();
}

if (bar) {
  document.getElementById("result_list").addEventListener("click", (event) => {
    if (event.target.name === "_selected_action") mark(event.target, event.target.checked, event.shiftKey);
  });
  toggle.addEventListener("change", () => {
    for (const box of boxes()) box.checked = toggle.checked;
    update();
  });
  across?.addEventListener("change", () => {
    if (across.checked) for (const box of boxes()) box.checked = true;
    update();
  });
  // The browser may have restored marks when one came back.
  window.addEventListener("pageshow", update);
  update();
}
