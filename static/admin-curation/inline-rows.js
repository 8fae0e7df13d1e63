/* A button below an inline table that adds an empty row. */

import { makeRow, onRowsWanted } from "./formset-rows.js";

for (const group of document.querySelectorAll(".inline-group:has(fieldset.growing tr.empty-form)")) start(group);

function start(group) {
  const prefix = group.id.slice(0, -"-group".length);
  const template = group.querySelector("tr.empty-form");
  const total = group.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
  const rows = () => [...group.querySelectorAll("tr.form-row:not(.empty-form)")];

  function setCount(wanted) {
    const present = rows();
    present.slice(wanted).forEach((row) => row.remove());
    for (let index = present.length; index < wanted; index += 1) template.before(makeRow(template, prefix, index));
    total.value = wanted;
    return rows().at(-1);
  }

  const { options } = JSON.parse(group.dataset.inlineFormset);
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button", textContent: options.addText });
  button.addEventListener("click", () => setCount(rows().length + 1).querySelector("input:not([type=hidden])").focus());
  group.querySelector("table").after(button);
  onRowsWanted(group, prefix, setCount);
}
