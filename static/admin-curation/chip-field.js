/* A field of chips: the chosen rows with a button to remove each, in an order that keys and dragging change, and a
combobox that adds one. */

import { Combobox } from "./combobox.js";
import { createRow, findNamed, optionsFor, partsOf } from "./chip-options.js";
import { readNames } from "./chip-sources.js";

let number = 0;

/** Return an element with properties and children. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export class ChipField {
  /** `label` is the element that names the field, `source` one of chip-sources.js. */
  constructor(source, label) {
    number += 1;
    this.source = source;
    this.title = label.textContent.trim().replace(/:$/, "");
    this.input = make("input", { type: "text", id: `chips-${number}`, name: source.name, className: "chips-input" });
    this.input.setAttribute("form", ""); // it is not sent, but the notes of who is here tell its name
    label.htmlFor = this.input.id;
    this.chips = make("ul", { className: "chips", "aria-label": `Chosen: ${this.title}` });
    this.note = make("p", { className: "chips-note", role: "status" });
    const keys = `Arrow keys go from one to the next${source.isUnordered ? "" : ", with Alt they move it"}; Delete removes it.`;
    this.hint = make("p", { className: "chips-hint", id: `chips-hint-${number}`, hidden: true, textContent: keys });
    const box = make("div", { className: "chips-box" }, this.chips, make("div", { className: "combobox" }, this.input));
    this.element = make("div", { className: "chips-field" }, box, this.note, this.hint);
    this.combobox = new Combobox(this.input, {
      name: this.title,
      find: (text) => this.#find(text),
      render: renderOption,
      choose: (option) => this.#choose(option),
    });
    this.#listen(box);
    this.render();
  }

  #listen(box) {
    box.addEventListener("click", (event) => event.target === box && this.input.focus());
    this.input.addEventListener("keydown", (event) => this.#pressInInput(event));
    this.input.addEventListener("paste", (event) => this.#paste(event));
    this.chips.addEventListener("keydown", (event) => this.#pressOnChip(event));
    this.chips.addEventListener("pointerdown", (event) => this.#drag(event));
    this.input.addEventListener("blur", () => {
      if (this.source.takesNew) this.commit();
      else if (this.input.value.trim()) this.#tell(`“${this.input.value.trim()}” is not chosen yet: take one from the list.`);
    });
  }

  /** Show the entries of the source. */
  render() {
    this.entries = this.source.list();
    this.chips.replaceChildren(...this.entries.map((entry) => this.#chip(entry)));
    this.element.classList.toggle("is-full", this.entries.length >= this.source.max);
  }

  #chip(entry) {
    const { group, label } = partsOf(entry, this.source);
    const name = group ? `${group}: ${label}` : label;
    const remove = make("button", { type: "button", className: "chip-remove", tabIndex: -1, "aria-label": `Remove ${name}`, "aria-describedby": this.hint.id }, "✕");
    remove.addEventListener("click", () => this.#remove(this.#indexOf(remove)));
    const chip = make("li", { className: "chip" });
    if (group) chip.append(make("small", {}, group), " ");
    chip.append(make("span", { className: "chip-label" }, label));
    if (this.source.hasPrimary) chip.append(this.#star(entry, name));
    chip.append(remove);
    if (entry.selectId) chip.dataset.standsFor = entry.selectId;
    if (entry.error) chip.append(make("strong", { className: "chip-error" }, entry.error));
    return chip;
  }

  #star(entry, name) {
    const star = make("button", { type: "button", className: "chip-star", tabIndex: -1, "aria-pressed": String(entry.isPrimary), "aria-label": `The item is about ${name}`, title: "The item is about this one" });
    star.addEventListener("click", () => {
      const index = this.#indexOf(star);
      this.#set(this.entries.map((other, at) => ({ ...other, isPrimary: at === index && !other.isPrimary })));
      this.chips.children[index].querySelector(".chip-star").focus();
    });
    return star;
  }

  #set(entries, note = "") {
    this.source.set(entries);
    this.render();
    this.note.textContent = note;
  }

  #indexOf(node) {
    return [...this.chips.children].indexOf(node.closest(".chip"));
  }

  // Adding

  async #find(text) {
    return optionsFor(this.source, text, new Set(this.entries.map(({ id }) => id.toLowerCase())));
  }

  async #choose(option) {
    try {
      this.add([option.isNew ? await createRow(this.source, option.name) : option]);
    } catch (error) {
      this.input.value = option.name;
      this.#tell(error.message);
    }
  }

  /** Add entries that are not there already; a field of one entry gets the last. */
  add(added) {
    const ids = new Set(this.entries.map(({ id }) => id.toLowerCase()));
    const fresh = added.filter(({ id }) => !ids.has(id.toLowerCase()) && ids.add(id.toLowerCase()));
    const names = added.map(({ text }) => text).join(", ");
    if (!fresh.length) return this.#tell(`${names}: chosen already.`);
    const entries = this.source.max === 1 ? fresh.slice(-1) : [...this.entries, ...fresh.map(({ id, text }) => ({ id, text }))];
    this.#set(entries, `Added ${names}.`);
    return this.input.scrollIntoView({ block: "nearest" });
  }

  #tell(text) {
    this.note.textContent = text;
  }

  /** Take the text of the input of a line of names as one more: nobody need press Enter. */
  commit() {
    const names = this.source.isLine ? readNames(this.input.value) : [];
    this.input.value = this.source.isLine ? "" : this.input.value;
    if (names.length) this.add(names.map((name) => ({ id: name, text: name })));
  }

  #paste(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[,;\n]/.test(text.trim()) || this.source.max === 1) return;
    event.preventDefault();
    this.#addNames(text.includes('"') ? readNames(text) : text.split(/[,;\n]/).map((name) => name.trim()).filter(Boolean));
  }

  async #addNames(names) {
    this.#tell("Looking for what you pasted …");
    const found = await Promise.all(names.map((name) => findNamed(this.source, name)));
    const missing = names.filter((_name, index) => !found[index]);
    if (found.some(Boolean)) this.add(found.filter(Boolean));
    this.input.value = missing.join(", ");
    if (missing.length) this.#tell(`${missing.join(", ")}: not known, or not one alone. Choose from the list.`);
  }

  // Keys

  #pressInInput(event) {
    if (event.isComposing) return;
    const isAtStart = this.input.selectionStart === 0 && this.input.selectionEnd === 0;
    if (event.key === "Backspace" && !this.input.value && this.entries.length) {
      event.preventDefault();
      this.#remove(this.entries.length - 1);
    } else if (event.key === "ArrowLeft" && isAtStart && !event.altKey && this.entries.length) {
      event.preventDefault();
      this.#focusChip(this.entries.length - 1);
    } else if (event.key === "," && this.source.takesNew && !this.input.value.startsWith('"')) {
      event.preventDefault();
      this.combobox.close();
      this.commit();
    }
  }

  #pressOnChip(event) {
    const index = this.#indexOf(event.target);
    const last = this.entries.length - 1;
    const targets = { ArrowLeft: index - 1, ArrowUp: index - 1, ArrowRight: index + 1, ArrowDown: index + 1, Home: 0, End: last };
    if (event.ctrlKey || event.metaKey) return;
    if (event.key in targets) {
      event.preventDefault();
      if (event.altKey) this.#move(index, targets[event.key]);
      else this.#focusChip(targets[event.key]);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.#remove(index);
    }
    if (event.defaultPrevented) event.stopPropagation(); // keys of the form
  }

  #focusChip(index) {
    if (index > this.entries.length - 1) this.input.focus();
    else this.chips.children[Math.max(index, 0)].querySelector(".chip-remove").focus();
  }

  #remove(index) {
    const { text } = this.entries[index];
    this.#set(this.entries.toSpliced(index, 1), `Removed ${text}.`);
    if (index < this.entries.length && this.chips.contains(document.activeElement)) this.#focusChip(index);
    else this.input.focus();
  }

  #move(from, to) {
    if (to < 0 || to >= this.entries.length || from === to || this.source.isUnordered) return;
    const entries = this.entries.toSpliced(from, 1).toSpliced(to, 0, this.entries[from]);
    this.#set(entries, `Moved to position ${to + 1} of ${entries.length}.`);
    this.#focusChip(to);
  }

  // Dragging

  #drag(event) {
    const chip = event.target.closest(".chip");
    if (!chip || event.button || event.target.closest("button") || this.source.isUnordered || this.entries.length < 2) return;
    event.preventDefault();
    this.chips.setPointerCapture(event.pointerId);
    chip.classList.add("is-dragged");
    const from = this.#indexOf(chip);
    this.chips.onpointermove = ({ clientX, clientY }) => {
      const over = document.elementFromPoint(clientX, clientY);
      const other = over?.closest(".chip");
      if (this.input.parentElement.contains(over)) this.chips.append(chip);
      if (!other || other === chip || other.parentElement !== this.chips) return;
      const { left, width } = other.getBoundingClientRect();
      other[clientX > left + width / 2 ? "after" : "before"](chip);
    };
    this.chips.onpointercancel = () => this.render(); // a finger that goes up or down scrolls the page
    this.chips.onlostpointercapture = () => {
      this.chips.onpointermove = this.chips.onpointercancel = this.chips.onlostpointercapture = null;
      const to = this.#indexOf(chip);
      chip.classList.remove("is-dragged");
      this.#move(from, to);
    };
  }
}

function renderOption(option) {
  if (option.isNew) return [make("span", { className: "option-new" }, `${option.verb} “${option.name}”`)];
  const { group, label } = option.parts;
  const parts = [make("span", { className: "option-label" }, label)];
  if (group) parts.unshift(make("small", { className: "option-group" }, group));
  const facts = [option.isRecent && "recent", option.hint, option.count !== undefined && `${option.count.toLocaleString()} ${option.count === 1 ? "item" : "items"}`];
  const shown = facts.filter(Boolean).join(" · ");
  return shown ? [...parts, make("small", { className: "option-facts" }, shown)] : parts;
}
