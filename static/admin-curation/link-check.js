/* Warns, before the form is saved, that another item has the same source link. */

import { debounce } from "./debounce.js";
import { fetchOrThrow } from "./fetch.js";

const input = document.querySelector("input[data-check-url]");
if (input) start(input);

function start(link) {
  const warning = document.createElement("div");
  warning.className = "same-link";
  warning.setAttribute("role", "status");
  const row = link.closest(".form-row");
  const isNamedAlready = row.querySelector(".errorlist") !== null; // in a form that asks for confirmation
  row.append(warning);
  const item = location.pathname.match(/\/(\d+)\/change\/$/)?.[1] ?? "";

  async function check() {
    const url = link.value.trim();
    const fragment = await fetchFragment(`${link.dataset.checkUrl}?${new URLSearchParams({ url, item })}`);
    if (url === link.value.trim()) warning.innerHTML = fragment; // unless the link has changed meanwhile
  }
  link.addEventListener("input", debounce(check, 300));
  if (link.value && !isNamedAlready) check();
}

/** Return the HTML fragment of an address, "" if there is none: the form checks the link again when it is saved. */
async function fetchFragment(url) {
  try {
    return (await (await fetchOrThrow(url)).text()).trim();
  } catch {
    return "";
  }
}
