/* A table of the fields in which a form differs from a copy of it. */

import { differingNames, SLOT } from "./form-state.js";

export function comparison(form, state, copied) {
  const table = document.createElement("table");
  table.append(row("th", "", "In the form now", "Your text"));
  const names = differingNames(form, state, copied).filter((name) => !name.endsWith("-position"));
  table.append(...names.map((name) => row("td", labelOf(form, name), asText(name, state[name]), asText(name, copied[name]))));
  return table;
}

function row(cellName, ...texts) {
  const line = document.createElement("tr");
  line.append(...texts.map((text, column) => {
    const cell = document.createElement(column ? cellName : "th");
    cell.textContent = text;
    if (cell.localName === "th") cell.scope = column ? "col" : "row";
    return cell;
  }));
  if (cellName === "th") line.firstChild.replaceWith(document.createElement("td")); // the corner heads nothing
  return line;
}

/** Return the label of a field. One without a label, in a row, is named by its heading and the number of the row. */
function labelOf(form, inputName) {
  const name = inputName.endsWith(SLOT) ? inputName.slice(0, -SLOT.length) : inputName;
  const found = form.elements[name];
  const element = found instanceof RadioNodeList ? found[0] : found;
  const label = element?.labels?.[0] ?? element?.closest("fieldset")?.querySelector(`label[for="${element.id}"]`);
  const [, prefix, number] = name.match(/^(.+)-(\d+)-\w+$/) ?? [];
  const heading = prefix && document.getElementById(`${prefix}-heading`)?.textContent.trim();
  if (heading) return `${heading}, row ${Number(number) + 1}`;
  return (label?.textContent ?? name.replaceAll("_", " ")).trim().replace(/:$/, "");
}

function asText(name, values = []) {
  if (name.endsWith(SLOT)) return values.length ? "The chosen file" : "";
  return values.map((value) => (value instanceof File ? value.name : value.text ?? value)).join(", ");
}
