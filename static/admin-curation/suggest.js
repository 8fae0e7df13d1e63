/* Suggests values that other items have. In the tags field, it completes the tag that is being typed. */

import { debounce } from "./debounce.js";
import { fetchOrThrow } from "./fetch.js";

for (const input of document.querySelectorAll("input[data-suggest-url]")) {
  const list = document.createElement("datalist");
  list.id = `${input.id}_values`;
  input.after(list);
  input.setAttribute("list", list.id);
  const isList = input.name === "tags";

  async function suggest() {
    const comma = isList ? input.value.lastIndexOf(",") : -1;
    const before = input.value.slice(0, comma + 1);
    const q = input.value.slice(comma + 1).trim();
    try {
      const response = await fetchOrThrow(`${input.dataset.suggestUrl}?${new URLSearchParams({ q })}`);
      const { values } = await response.json();
      list.replaceChildren(...values.map((value) => new Option("", before ? `${before} ${value}` : value)));
    } catch {
      list.replaceChildren(); // the field works without suggestions
    }
  }
  input.addEventListener("input", debounce(suggest, 200));
  input.addEventListener("focus", suggest, { once: true });
}
