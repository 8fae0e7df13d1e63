/* The state of a form as plain values: a list of values for each name. Files are values as well. */

const IGNORED_NAMES = new Set(["csrfmiddlewaretoken", "_typed_by", "_local_copy"]);
const IGNORED_TYPES = new Set(["submit", "button", "image", "reset", "password", "fieldset", "output"]);
export const SLOT = "-slot";
const POSITION = "-position";

const isKept = ({ name, type }) => name && !IGNORED_NAMES.has(name) && !IGNORED_TYPES.has(type);

export function readForm(form) {
  const state = {};
  for (const element of form.elements) {
    if (!isKept(element)) continue;
    const values = (state[element.name] ??= []);
    if (element.type === "file") values.push(...element.files);
    else if (element.localName === "select") values.push(...[...element.selectedOptions].map(({ value, text }) => ({ value, text })));
    else if (!["checkbox", "radio"].includes(element.type) || element.checked) values.push(element.value);
  }
  return state;
}

/** Return a text that is equal for equal states. */
export function fingerprint(state) {
  const plain = (_name, value) => (value instanceof File ? [value.name, value.size, value.lastModified] : value);
  return JSON.stringify(state, plain);
}

/** Return the names of the fields that an editor fills in, and in which two states of a form differ. */
export function differingNames(form, a, b) {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const differs = (name) => fingerprint(filled(a[name])) !== fingerprint(filled(b[name]));
  // A row that one state lacks differs only by its other fields: rows without these are empty.
  const isOrder = (name) => name.endsWith(POSITION) && name in a && name in b;
  return [...names].filter((name) => (name.endsWith(POSITION) ? isOrder(name) : isVisible(form, name)) && differs(name));
}

const filled = (values = []) => values.filter((value) => value instanceof File || (value.value ?? value) !== "");

/** Whether a field is one that an editor sees; that of a row which the form lacks, by the template of rows. */
function isVisible(form, name) {
  if (name.endsWith(SLOT)) return true; // a chosen file
  const found = form.elements[name] ?? form.elements[name.replace(/-\d+-/, "-__prefix__-")];
  const element = found instanceof RadioNodeList ? found[0] : found;
  return element !== undefined && element.type !== "hidden";
}

/** Whether every field has the value that the page came with: neither a person, a script nor the browser changed it. */
export function isPristine(form) {
  return [...form.elements].filter(isKept).every(isUnchanged);
}

/** Whether a field has the value that the page came with. A script asks when it starts: somebody may have been faster. */
export function isUnchanged(element) {
  if (element.localName === "select") return isUnchangedSelect(element);
  if (["checkbox", "radio"].includes(element.type)) return element.checked === element.defaultChecked;
  return element.type === "file" ? !element.files.length : element.value === element.defaultValue;
}

function isUnchangedSelect({ options, type }) {
  const hasDefault = [...options].some(({ defaultSelected }) => defaultSelected);
  const isDefault = ({ defaultSelected, index }) => defaultSelected || (!hasDefault && type === "select-one" && index === 0);
  return [...options].every((option) => option.selected === isDefault(option));
}

/** Fill in a form, with as many rows of its inlines as the state has. */
export function fillForm(form, state) {
  for (const [name, [number]] of Object.entries(state)) {
    if (name.endsWith("-TOTAL_FORMS")) setRowCount(form, name, Number(number));
    if (name.endsWith(SLOT) && !form.elements[name]) addSlot(form, name);
  }
  const used = {};
  for (const element of [...form.elements]) {
    if (!isKept(element) || !(element.name in state)) continue;
    const index = (used[element.name] ??= 0);
    used[element.name] += 1;
    if (fillElement(element, state[element.name], index)) {
      for (const type of ["input", "change"]) element.dispatchEvent(new Event(type, { bubbles: true }));
    }
  }
  form.dispatchEvent(new Event("form-filled"));
}

/** Give an element its values. Several text inputs of one name have one value each, by their `index`. */
function fillElement(element, values, index) {
  if (element.type === "file") {
    if (!values.length && !element.files.length) return false;
    const files = new DataTransfer();
    for (const file of values) files.items.add(file);
    element.files = files.files;
  } else if (element.localName === "select") {
    return fillSelect(element, values);
  } else if (["checkbox", "radio"].includes(element.type)) {
    const checked = values.includes(element.value);
    if (element.checked === checked) return false;
    element.checked = checked;
  } else {
    if (values[index] === undefined || element.value === values[index]) return false;
    element.value = values[index];
  }
  return true;
}

/** Choose options. One that an autocomplete has not loaded is added. */
function fillSelect(select, values) {
  const wanted = new Set(values.map(({ value }) => value));
  const before = [...select.selectedOptions].map(({ value }) => value);
  if (before.length === wanted.size && before.every((value) => wanted.has(value))) return false;
  for (const { value, text } of values) {
    if (![...select.options].some((option) => option.value === value)) select.add(new Option(text, value));
  }
  for (const option of select.options) option.selected = wanted.has(option.value);
  return true;
}

/** Have the script that keeps the rows of an inline make as many as are wanted. */
function setRowCount(form, name, number) {
  const prefix = name.slice(0, -"-TOTAL_FORMS".length);
  form.dispatchEvent(new CustomEvent("rows-wanted", { detail: { prefix, number } }));
}

/** Add the hidden input of a file that the server keeps for a day. */
function addSlot(form, name) {
  const input = form.elements[name.slice(0, -SLOT.length)];
  if (!(input instanceof HTMLElement)) return;
  const note = document.createElement("span");
  note.className = "kept-file";
  note.textContent = "The file that you had chosen will be used when you save.";
  const token = document.createElement("input");
  Object.assign(token, { type: "hidden", name });
  note.append(token);
  input.after(note);
}
