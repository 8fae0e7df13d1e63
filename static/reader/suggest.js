/* Suggestions in search boxes, a combobox as of https://www.w3.org/WAI/ARIA/apg/patterns/combobox/, and the key “/”, which
   moves the focus to the search box. */

"use strict";

const DELAY_MS = 120;
const MIN_CHARACTERS = 2;

for (const [number, box] of [...document.querySelectorAll("input[data-suggest]")].entries()) {
  const list = document.createElement("ul");
  list.id = `suggestions-${number}`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  box.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) {
    box.setAttribute(name, value);
  }

  let timer, request;
  let active = -1;

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    setActive(-1);
  };

  const setActive = (index) => {
    active = index;
    [...list.children].forEach((option, position) => option.setAttribute("aria-selected", String(position === index)));
    if (index < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", list.children[index].id);
  };

  const show = (suggestions) => {
    list.replaceChildren(...suggestions.map(optionFor));
    list.hidden = !suggestions.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    setActive(-1);
  };

  const optionFor = ({ kind, text, url }, index) => {
    const option = document.createElement("li");
    option.id = `${list.id}-${index}`;
    option.setAttribute("role", "option");
    option.dataset.url = url;
    const label = document.createElement("small");
    label.textContent = kind;
    option.append(text, " ", label);
    return option;
  };

  const fetchSuggestions = async () => {
    request?.abort();
    request = new AbortController();
    try {
      const response = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(box.value)}`, { signal: request.signal });
      if (response.ok && document.activeElement === box) show((await response.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (box.value.trim().length < MIN_CHARACTERS) close();
    else timer = setTimeout(fetchSuggestions, DELAY_MS);
  });
  box.addEventListener("keydown", (event) => {
    const { key } = event;
    if (key === "Escape" && !list.hidden) {
      close();
    } else if (key === "Enter" && active >= 0) {
      location.assign(list.children[active].dataset.url);
    } else if ((key === "ArrowDown" || key === "ArrowUp") && !list.hidden) {
      const count = list.children.length + 1; // one position is the box itself
      setActive(((active + 1 + (key === "ArrowDown" ? 1 : -1) + count) % count) - 1);
    } else {
      return;
    }
    event.preventDefault();
  });
  box.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.querySelector("main input[type=search], input[type=search]");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});
