/* Keeps a copy of an unsaved form in the browser, and offers a copy that was left before. */

import { clockText, timeText } from "./desk-time.js";
import { deleteCopy, findCopies, putCopy } from "./local-copies.js";
import { differingNames, fillForm, fingerprint, isPristine, readForm } from "./form-state.js";

const INTERVAL_MS = 1000; // so that a change is kept within two seconds
const FAILED = "Not kept in this browser. Save soon.";

/** Return the version of the item that a state started from, as “revision@time of change”, without the time of opening. */
const versionIn = ({ version: [text] = [""] }) => text.split("@", 2).join("@");

export class KeptText {
  /** `marker` is the hidden input that names the copy of the form: the server tells by it that the form is saved. */
  constructor(form, marker, stateText) {
    Object.assign(this, { form, marker, stateText, isTyped: !isPristine(form), hasFailed: false, isLeaving: false });
    marker.value ||= [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    this.id = marker.value;
    this.isUnsaved = "unsaved" in marker.dataset; // it came back from the server with errors
    form.addEventListener("input", (event) => { this.isTyped ||= event.isTrusted; });
    this.running = Promise.resolve();
    navigator.locks?.request(this.id, () => new Promise(() => {})); // while the page is open: see `isOpenElsewhere()`
  }

  /** Begin to keep the form, whose values are those that the server sent unless the editor has changed some already. */
  async start() {
    if (!this.isTyped) this.initial = fingerprint(readForm(this.form));
    if (!this.isUnsaved) this.last = this.initial;
    setInterval(() => this.keep(), INTERVAL_MS);
    for (const type of ["visibilitychange", "pagehide"]) addEventListener(type, () => this.keep(), { capture: true });
    addEventListener("beforeunload", (event) => {
      if (this.hasFailed && !this.isLeaving && this.isChanged()) event.preventDefault();
    });
    await this.offer();
  }

  isChanged() {
    return this.isUnsaved || fingerprint(readForm(this.form)) !== this.initial;
  }

  /** Store the form if it has changed since the last time. */
  keep() {
    this.running = this.running.then(() => this.#keep());
    return this.running;
  }

  async #keep() {
    const state = readForm(this.form);
    const print = fingerprint(state);
    if (print === this.last) return;
    const { user, form } = this.marker.dataset;
    try {
      if (!this.isUnsaved && print === this.initial) {
        await deleteCopy(this.id);
        this.stateText.textContent = "";
      } else {
        await putCopy({ id: this.id, user, form, at: Date.now(), state });
        this.stateText.textContent = `Kept ${clockText(Date.now(), this.marker.dataset.timeZone)}`;
      }
      this.last = print;
      this.hasFailed = false;
    } catch {
      this.hasFailed = true;
      this.stateText.textContent = FAILED;
    }
  }

  /** Show the newest copy that another page of this form left behind. */
  async offer() {
    const { user, form } = this.marker.dataset;
    const state = readForm(this.form);
    for (const copy of await findCopies(user, form).catch(() => [])) {
      if (copy.id === this.id || await isOpenElsewhere(copy.id)) continue;
      if (differingNames(this.form, state, copy.state).length) return this.#show(copy);
      if (!isPristine(this.form)) await this.#adopt(); // the browser has filled in the same text, as after a reload
      await deleteCopy(copy.id);
    }
  }

  #adopt() {
    this.isUnsaved = true;
    this.last = "";
    return this.keep();
  }

  #show(copy) {
    const bar = document.createElement("div");
    bar.className = "kept-bar";
    bar.setAttribute("role", "status");
    const text = document.createElement("p");
    text.textContent = `You left text here on ${timeText(copy.at, this.marker.dataset.timeZone)} that is not saved.`;
    if (versionIn(copy.state) !== versionIn(readForm(this.form))) {
      text.textContent += " The item has been changed since then: saving merges both.";
    }
    const compare = button("Compare", async () => {
      const { comparison } = await import("./compare-copies.js");
      const isOpen = bar.querySelector("table") !== null;
      bar.querySelector("table")?.remove();
      if (!isOpen) bar.append(comparison(this.form, readForm(this.form), copy.state));
      compare.setAttribute("aria-expanded", String(!isOpen));
    });
    compare.setAttribute("aria-expanded", "false");
    const take = button("Take it", async () => {
      const [first] = differingNames(this.form, readForm(this.form), copy.state);
      fillForm(this.form, copy.state);
      bar.replaceChildren("Your text is in the form again. It is not saved yet.");
      focusOn(this.form.elements[first]);
      await this.keep();
      await deleteCopy(copy.id);
    });
    const drop = button("Drop it", async () => {
      await deleteCopy(copy.id);
      bar.remove();
      await this.offer();
    });
    bar.append(text, compare, take, drop);
    this.form.before(bar);
  }
}

/** Whether the page that makes a copy is still open. Browsers know only on encrypted sites and on localhost. */
async function isOpenElsewhere(id) {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.some((lock) => lock.name === id);
}

function button(label, onclick) {
  const element = document.createElement("button");
  Object.assign(element, { type: "button", className: "button", textContent: label, onclick });
  return element;
}

function focusOn(element) {
  const first = element instanceof RadioNodeList ? element[0] : element;
  if (first?.type !== "hidden") first?.focus();
}
