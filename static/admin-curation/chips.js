/* Shows topics, offerings, authors, tags, the publisher and the image as chips, in place of the fields that they stand for. */

import { ChipField, make } from "./chip-field.js";
import { LineSource, RowsSource, SelectSource } from "./chip-sources.js";

/** Show a field in front of the element that it replaces. */
function show(source, label, replaced) {
  const field = new ChipField(source, label);
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (replaced.hasAttribute(name)) field.input.setAttribute(name, replaced.getAttribute(name));
  }
  replaced.before(field.element);
  replaced.classList.add("has-chips");
  replaced.closest("form").addEventListener("form-filled", () => field.render());
  document.addEventListener("submit", () => field.commit(), { capture: true }); // before the form is read
  return field;
}

for (const group of document.querySelectorAll(".inline-group:has(tr.empty-form select[data-chips-url])")) {
  const table = group.querySelector(".inline-related");
  const label = make("label", { className: "chips-title" }, table.querySelector(".inline-heading").textContent.trim());
  show(new RowsSource(group), label, table).element.prepend(label);
}

for (const select of document.querySelectorAll("select[data-chips-url]")) {
  if (select.closest(".inline-group") || !select.labels.length) continue;
  const field = show(new SelectSource(select), select.labels[0], select);
  select.onchange = () => field.render(); // Django's windows that add a row tell of it through jQuery, which calls this
}

/** Show the lines of names in a part of the page as chips, unless they are already. */
export function showLines(root) {
  for (const input of root.querySelectorAll("input[data-chips-url]:not(.has-chips)")) show(new LineSource(input), input.labels[0], input);
}

showLines(document);
