/* The page as readers will see it, in a frame: at the width of a phone or a desktop, in light or dark. */

import { debounce } from "./debounce.js";
import { fetchOrThrow } from "./fetch.js";
import { addKey } from "./keys.js";

const DELAY_MS = 400;
const WIDTHS = { phone: 390, desktop: 1280 };
const STORED = "item-preview";
// The choices of each group of buttons, the first at first.
const CHOICES = {
  view: [["both", "Both"], ["write", "Write"], ["preview", "Preview"]],
  width: [["phone", "Phone"], ["desktop", "Desktop"]],
  scheme: [["light", "Light"], ["dark", "Dark"]],
};
const ORDER = { view: ["write", "both", "preview"] };
const NAMES = { view: "Text and preview", width: "Width of the preview", scheme: "Colours of the preview" };

export class PagePreview {
  /** `editor` is the element around text and preview: its data attributes tell what is shown. */
  constructor(textarea, editor) {
    Object.assign(this, { textarea, editor, running: new AbortController() });
    this.chosen = { ...firstChoices(), ...readStored() };
    if (!textarea.dataset.item || this.chosen.view === "both") this.chosen.view = firstView(); // a new item is written
    this.frame = document.createElement("iframe");
    Object.assign(this.frame, { title: "Preview of the page", className: "body-preview" });
    this.frame.sandbox = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"; // no script runs in it
    this.note = document.createElement("p");
    this.note.className = "body-preview-note";
    this.note.setAttribute("role", "status");
    this.panel = document.createElement("div");
    this.panel.className = "body-preview-panel";
    this.panel.append(this.frame, this.note);
    this.controls = document.createElement("div");
    this.controls.className = "preview-controls";
    this.controls.append(...Object.keys(CHOICES).map((group) => this.#buttons(group)));
  }

  start() {
    const updateLater = debounce(() => this.update(), DELAY_MS);
    for (const type of ["input", "change", "form-filled"]) this.textarea.form.addEventListener(type, updateLater);
    document.addEventListener("session-restored", () => this.update());
    this.textarea.addEventListener("focus-asked", () => this.chosen.view === "preview" && this.choose("view", firstView()));
    this.frame.addEventListener("load", () => this.#dress());
    new ResizeObserver(() => this.#fit()).observe(this.panel);
    addKey("Ctrl+/ v", "Write, both, preview", () => this.#cycle());
    this.#show();
    this.update();
  }

  tell(text) {
    this.note.textContent = text;
  }

  #buttons(group) {
    const fieldset = document.createElement("div");
    fieldset.className = `preview-${group}`;
    fieldset.setAttribute("role", "group");
    fieldset.setAttribute("aria-label", NAMES[group]);
    const ordered = ORDER[group]?.map((value) => CHOICES[group].find(([own]) => own === value)) ?? CHOICES[group];
    for (const [value, label] of ordered) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: label });
      button.dataset.choice = value;
      if (group === "view") button.title = "Ctrl+/ then V goes to the next";
      button.addEventListener("click", () => this.choose(group, value));
      fieldset.append(button);
    }
    return fieldset;
  }

  choose(group, value) {
    this.chosen[group] = value;
    try {
      localStorage.setItem(STORED, JSON.stringify(this.chosen));
    } catch {
      // the browser keeps nothing: the choice ends with the page
    }
    const wasHidden = !this.isShown;
    this.#show();
    if (wasHidden && this.isShown) this.update();
  }

  #cycle() {
    const at = ORDER.view.indexOf(this.chosen.view);
    this.choose("view", ORDER.view[(at + 1) % ORDER.view.length]);
    if (this.chosen.view === "preview") this.controls.querySelector("[aria-pressed=true]").focus();
    else this.textarea.focus();
  }

  #show() {
    for (const [group, value] of Object.entries(this.chosen)) {
      this.editor.dataset[group] = value;
      for (const button of this.controls.querySelectorAll(`.preview-${group} button`)) {
        button.setAttribute("aria-pressed", String(button.dataset.choice === value));
      }
    }
    this.isShown = getComputedStyle(this.panel).display !== "none";
    this.#dress();
    this.#fit();
  }

  /** Give the page in the frame the colours that are chosen. */
  #dress() {
    const root = this.frame.contentDocument?.documentElement;
    if (root) root.style.colorScheme = this.chosen.scheme;
  }

  /** Scale the frame so that a page of the chosen width fits into the panel. */
  #fit() {
    const { clientWidth, clientHeight } = this.panel;
    if (!clientWidth) return;
    const width = WIDTHS[this.chosen.width];
    const scale = Math.min(1, clientWidth / width);
    Object.assign(this.frame.style, {
      width: `${width}px`,
      height: `${(clientHeight - this.note.offsetHeight) / scale}px`,
      transform: `scale(${scale})`,
      marginInline: `${Math.max(0, (clientWidth - width) / 2)}px`,
    });
  }

  /** Ask the server for the page of what is typed, unless the preview is hidden. */
  async update() {
    if (!this.isShown) return;
    this.running.abort();
    this.running = new AbortController();
    try {
      showPage(this.frame, await fetchPage(this.textarea, this.running.signal));
      this.note.textContent = "";
    } catch (error) {
      if (error.name !== "AbortError") this.note.textContent = `The preview is not up to date: ${error.message}`;
    }
    this.#fit();
  }
}

function firstChoices() {
  const choices = Object.fromEntries(Object.entries(CHOICES).map(([group, [[first]]]) => [group, first]));
  if (isDark()) choices.scheme = "dark";
  return choices;
}

/** Return the view that has the text: alone where there is room for one. */
const firstView = () => (isNarrow() ? "write" : "both");

const isNarrow = () => matchMedia("(width < 768px)").matches;
const isDark = () => {
  const theme = document.documentElement.dataset.theme;
  return theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
};

/** Return the choices of the last time, as far as they are still there. */
function readStored() {
  try {
    const stored = Object.entries(JSON.parse(localStorage.getItem(STORED)) ?? {});
    return Object.fromEntries(stored.filter(([group, value]) => CHOICES[group]?.some(([own]) => own === value)));
  } catch {
    return {};
  }
}

async function fetchPage(textarea, signal) {
  const data = new FormData();
  for (const [name, value] of new FormData(textarea.form)) if (typeof value === "string") data.append(name, value);
  data.set("item", textarea.dataset.item ?? "");
  const response = await fetchOrThrow(textarea.dataset.previewUrl, { method: "POST", body: data, signal });
  return response.text();
}

/** Show a page. A page shown before is updated in place, so that nothing flashes and it stays scrolled. */
function showPage(frame, text) {
  const page = oneStop(new DOMParser().parseFromString(text, "text/html"));
  const main = frame.contentDocument?.querySelector("main");
  if (main) main.replaceWith(page.querySelector("main"));
  else frame.srcdoc = `<!doctype html>${page.documentElement.outerHTML}`;
}

/** Return the page as one stop of the Tab key, in which arrow keys scroll: beyond it are the fields of the form. */
function oneStop(page) {
  for (const element of page.querySelectorAll("a, audio, button, iframe, input, select, summary, textarea, video, [tabindex]")) element.tabIndex = -1;
  page.body.tabIndex = 0;
  return page;
}
