/* “Find anything” as a dialog: a combobox over the page of the same name, which works without script. */

import { debounce } from "./debounce.js";

const link = document.querySelector("a.find-link");
let dialog;

link?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // opens the page in a new tab or window
  event.preventDefault();
  open();
});

function open() {
  dialog ??= make();
  if (dialog.open) return;
  dialog.showModal();
  const input = dialog.querySelector("input");
  input.select();
  dialog.find();
}

function make() {
  const element = document.createElement("dialog");
  element.className = "find-dialog";
  element.setAttribute("aria-label", "Find anything");
  const input = Object.assign(document.createElement("input"), { type: "search", autocomplete: "off", spellcheck: false, maxLength: 200 });
  input.placeholder = "An item, a topic, a name, an image, a command";
  const attributes = { role: "combobox", "aria-label": "Find anything", "aria-expanded": "true", "aria-controls": "find-list", "aria-autocomplete": "list" };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  const list = Object.assign(document.createElement("div"), { id: "find-list", className: "found" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  const state = Object.assign(document.createElement("p"), { className: "found-nothing" });
  state.setAttribute("role", "status");
  element.append(input, list, state);
  document.body.append(element);

  const options = () => [...list.querySelectorAll("[role=option]")];
  let latest = 0;

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  element.find = async () => {
    const number = (latest += 1);
    const url = new URL(link.href);
    url.searchParams.set("q", input.value);
    try {
      const response = await fetch(url);
      if (!response.ok || response.redirected) throw new Error();
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (number !== latest) return; // a later answer is here, or on its way
      show(page.getElementById("found"));
    } catch {
      if (number !== latest) return;
      list.replaceChildren();
      state.textContent = "The server does not answer, or you were logged out.";
    }
  };

  function show(found) {
    const sections = [...found.querySelectorAll("section")];
    sections.forEach((section, index) => {
      const heading = section.querySelector("h2");
      heading.id = `find-group-${index}`;
      section.setAttribute("role", "group");
      section.setAttribute("aria-labelledby", heading.id);
      for (const part of section.querySelectorAll("h2, ul, li")) part.setAttribute("role", "presentation");
    });
    list.replaceChildren(...sections);
    makeOptions(sections);
    state.textContent = sections.length ? "" : found.textContent.trim();
    choose(options()[0]);
  }

  function makeOptions(sections) {
    sections.flatMap((section) => [...section.querySelectorAll("a")]).forEach((option, index) => {
      option.id = `find-option-${index}`;
      option.setAttribute("role", "option");
      option.tabIndex = -1;
    });
  }

  input.addEventListener("input", debounce(element.find, 120));
  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 8, all.length - 1), PageUp: Math.max(at - 8, 0) };
    if (event.key in moves && all.length) choose(all[(moves[event.key] + all.length) % all.length]);
    else if (event.key === "Enter" && at >= 0) all[at].click();
    else return;
    event.preventDefault();
  });
  // A click beside the dialog closes it.
  element.addEventListener("pointerdown", ({ target }) => target === element && element.close());
  return element;
}
