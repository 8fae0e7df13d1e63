/* Suggests values that other items have. */

import { debounce } from "./debounce.js";
import { fetchOrThrow } from "./fetch.js";

for (const input of document.querySelectorAll("input[data-suggest-url]")) {
  const list = document.createElement("datalist");
  list.id = `${input.id}_values`;
  input.after(list);
  input.setAttribute("list", list.id);

  async function suggest() {
    const q = input.value.trim();
    try {
      const response = await fetchOrThrow(`${input.dataset.suggestUrl}?${new URLSearchParams({ q })}`);
      const { values } = await response.json();
      list.replaceChildren(...values.map((value) => new Option("", value)));
    } catch {
      list.replaceChildren(); // the field works without suggestions
    }
  }
  input.addEventListener("input", debounce(suggest, 200));
  input.addEventListener("focus", suggest, { once: true });
}
