/* Suggests the names of topics, publishers, … while one types; in a list of names, for the last one. */

import { debounce } from "./debounce.js";
import { fetchOrThrow } from "./fetch.js";

export function suggestNames(root) {
  for (const input of root.querySelectorAll("input[data-names-url]")) {
    const list = document.createElement("datalist");
    list.id = `${input.id}_names`;
    input.after(list);
    input.setAttribute("list", list.id);
    const isList = input.name === "topic_names";

    async function suggest() {
      const comma = isList ? input.value.lastIndexOf(",") : -1;
      const before = input.value.slice(0, comma + 1);
      const term = input.value.slice(comma + 1).trim();
      try {
        const response = await fetchOrThrow(`${input.dataset.namesUrl}&${new URLSearchParams({ term })}`);
        const { results } = await response.json();
        list.replaceChildren(...results.map(({ text }) => new Option("", before ? `${before} ${text}` : text)));
      } catch {
        list.replaceChildren(); // the field works without suggestions
      }
    }
    input.addEventListener("input", debounce(suggest, 200));
    input.addEventListener("focus", suggest, { once: true });
  }
}

suggestNames(document);
