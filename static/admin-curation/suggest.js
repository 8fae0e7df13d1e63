/* Suggests values that other items have; in the tags, for the one being typed. */

import { debounce } from "./debounce.js";

for (const input of document.querySelectorAll("input[data-suggest-url]")) {
  const list = document.createElement("datalist");
  list.id = `${input.id}_values`;
  input.after(list);
  input.setAttribute("list", list.id);
  const several = input.name === "tags";

  async function suggest() {
    const comma = several ? input.value.lastIndexOf(",") : -1;
    const before = input.value.slice(0, comma + 1);
    const q = input.value.slice(comma + 1).trim();
    const response = await fetch(`${input.dataset.suggestUrl}?${new URLSearchParams({ q })}`);
    if (!response.ok || response.redirected) return;
    const { values } = await response.json();
    list.replaceChildren(...values.map((value) => new Option("", before ? `${before} ${value}` : value)));
  }
  input.addEventListener("input", debounce(suggest, 200));
  input.addEventListener("focus", suggest, { once: true });
}
