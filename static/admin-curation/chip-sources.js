/* The fields that chips stand for. They are part of the form, hold its values, and are shown without script.

Each source lists its entries, { id, text, … }, in their order, and takes a list of entries in their place. */

import { makeRow, onRowsWanted } from "./formset-rows.js";

const changed = (element) => {
  for (const type of ["input", "change"]) element.dispatchEvent(new Event(type, { bubbles: true }));
};

function chosenIn(select) {
  return [...select.selectedOptions].filter(({ value }) => value).map(({ value, text }) => ({ id: value, text }));
}

function choose(select, entries) {
  select.value = "";
  for (const { id, text } of entries) {
    if (![...select.options].some(({ value }) => value === id)) select.add(new Option(text, id));
    [...select.options].find(({ value }) => value === id).selected = true;
  }
}

/** A select of one row, or of several without an order. */
export class SelectSource {
  isUnordered = true;

  constructor(select) {
    Object.assign(this, { select, settings: select.dataset, name: select.name, max: select.multiple ? Infinity : 1 });
  }

  list() {
    return chosenIn(this.select);
  }

  set(entries) {
    choose(this.select, entries);
    changed(this.select);
  }
}

/** The rows of an inline table, each with a select and a position, the offerings also with `is_primary`. */
export class RowsSource {
  max = Infinity;

  constructor(group) {
    this.group = group;
    this.prefix = group.id.slice(0, -"-group".length);
    this.template = group.querySelector("tr.empty-form");
    const select = this.template.querySelector("select[data-chips-url]");
    this.settings = select.dataset;
    this.key = select.name.slice(`${this.prefix}-__prefix__-`.length);
    this.name = `${this.prefix}-0-${this.key}`;
    this.hasPrimary = this.template.querySelector("[name$=-is_primary]") !== null;
    this.total = group.querySelector(`[name="${this.prefix}-TOTAL_FORMS"]`);
    onRowsWanted(group, this.prefix, (number) => this.#setCount(number));
  }

  #rows() {
    return [...this.group.querySelectorAll("tr.form-row:not(.empty-form)")];
  }

  #field(row, name) {
    return row.querySelector(`[name$="-${name}"]`);
  }

  list() {
    const entries = this.#rows().flatMap((row) => {
      const select = this.#field(row, this.key);
      const [entry] = chosenIn(select);
      if (!entry || this.#field(row, "DELETE")?.checked) return [];
      const error = row.querySelector(".errorlist")?.textContent.trim();
      const position = Number(this.#field(row, "position").value || Infinity);
      const isPrimary = this.#field(row, "is_primary")?.checked ?? false;
      return [{ ...entry, isPrimary, error, position, shown: this.#field(row, "id").value, selectId: select.id }];
    });
    return entries.sort((a, b) => a.position - b.position);
  }

  /** Write entries into the first rows. One empty row follows, as in the page that the server sent. */
  set(entries) {
    this.group.querySelectorAll(".errorlist").forEach((errors) => errors.remove());
    this.#setCount(entries.length + 1);
    this.#rows().forEach((row, index) => {
      const entry = entries[index];
      choose(this.#field(row, this.key), entry ? [entry] : []);
      this.#field(row, "position").value = index;
      this.#field(row, "id").value = entry?.shown ?? "";
      for (const name of ["DELETE", "is_primary"]) {
        const box = this.#field(row, name);
        if (box) box.checked = name === "is_primary" && (entry?.isPrimary ?? false);
      }
    });
    changed(this.#field(this.#rows()[0], this.key));
  }

  #setCount(wanted) {
    const rows = this.#rows();
    rows.slice(wanted).forEach((row) => row.remove());
    for (let index = rows.length; index < wanted; index += 1) this.template.before(makeRow(this.template, this.prefix, index));
    this.total.value = wanted;
  }
}

/** A line of names: commas separate them; one with a comma or a leading quote is in double quotes, as in CSV. A tag can be new. */
export class LineSource {
  max = Infinity;
  isLine = true;

  constructor(input) {
    Object.assign(this, { input, settings: input.dataset, name: input.name, takesNew: "chipsNew" in input.dataset });
    this.isUnordered = this.takesNew;
  }

  list() {
    return readNames(this.input.value).map((name) => ({ id: name, text: name }));
  }

  set(entries) {
    this.input.value = entries.map(({ text }) => (/,|^"|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(", ");
    changed(this.input);
  }
}

export function readNames(line) {
  const entries = line.matchAll(/\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))(?:,|$)/g);
  const names = [...entries].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain.trim());
  return [...new Set(names.filter(Boolean))];
}
