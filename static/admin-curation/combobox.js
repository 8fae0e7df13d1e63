/* A text input with a list of suggestions: the pattern “editable combobox with list autocomplete” of ARIA 1.2. */

import { debounce } from "./debounce.js";

const DELAY_MS = 150;
let number = 0;

export class Combobox {
  /** `find(text)` resolves to options, each with a `text`; `render(option)` returns the nodes of one; `choose(option)` takes
   * one, after which the input is empty. */
  constructor(input, { find, render, choose, name }) {
    Object.assign(this, { input, find, render, choose, options: [], active: -1, search: 0, isPending: false, takesFirst: false });
    number += 1;
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: `combobox-list-${number}`, className: "combobox-list", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", name);
    input.after(this.list);
    const attributes = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [attribute, value] of Object.entries(attributes)) input.setAttribute(attribute, value);
    this.updateLater = debounce(() => this.update(), DELAY_MS);
    this.#listen();
  }

  #listen() {
    const { input, list } = this;
    input.addEventListener("input", () => {
      this.isPending = true;
      this.takesFirst = false;
      this.updateLater();
    });
    input.addEventListener("click", () => list.hidden && this.update());
    input.addEventListener("keydown", (event) => this.#press(event));
    input.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the input keeps the focus
    list.addEventListener("click", (event) => {
      const index = [...list.children].indexOf(event.target.closest("[role=option]"));
      if (index >= 0) this.take(this.options[index]);
    });
  }

  /** Look for the text of the input, and show what is found. */
  async update() {
    const search = (this.search += 1);
    this.isPending = true;
    const options = await this.find(this.input.value.trim());
    if (search !== this.search) return; // the text has changed meanwhile
    this.isPending = false;
    if (document.activeElement !== this.input) return;
    if (this.takesFirst && options.length) this.take(options[0]);
    else this.#show(options);
    this.takesFirst = false;
  }

  #show(options) {
    this.options = options;
    this.list.replaceChildren(...options.map((option, index) => {
      const line = document.createElement("li");
      line.id = `${this.list.id}-${index}`;
      line.setAttribute("role", "option");
      line.append(...this.render(option));
      return line;
    }));
    this.list.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(Boolean(options.length)));
    this.#activate(this.input.value.trim() && options.length ? 0 : -1);
    if (options.length) this.list.scrollIntoView({ block: "nearest" }); // from under the buttons at the bottom
  }

  #activate(index) {
    this.active = index;
    [...this.list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === index)));
    const line = this.list.children[index];
    if (line) this.input.setAttribute("aria-activedescendant", line.id);
    else this.input.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  }

  take(option) {
    this.close();
    this.input.value = "";
    this.choose(option);
  }

  close() {
    this.search += 1; // what is still looked for comes too late
    this.isPending = false;
    this.#show([]);
  }

  #press(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const { key, altKey } = event;
    const { length } = this.options;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (altKey && !length) return; // keys of the form
      event.preventDefault();
      const step = key === "ArrowDown" ? 1 : -1;
      if (!length) this.update();
      else this.#activate((Math.max(this.active, step > 0 ? -1 : 0) + step + length) % length);
    } else if (key === "Enter") {
      event.preventDefault(); // it does not send the form
      if (this.options[this.active]) this.take(this.options[this.active]);
      else if (this.isPending) this.takesFirst = true;
    } else if (key === "Escape" && (length || this.input.value)) {
      event.preventDefault();
      event.stopPropagation();
      if (length) this.close();
      else this.input.value = "";
    }
  }
}
