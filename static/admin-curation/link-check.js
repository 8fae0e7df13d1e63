/* Says, before anything is saved, that another item has this source link already. */

import { debounce } from "./debounce.js";

const input = document.querySelector("input[data-check-url]");
if (input) start(input);

function start(link) {
  const answer = document.createElement("div");
  answer.className = "same-link";
  answer.setAttribute("role", "status");
  const row = link.closest(".form-row");
  const isTold = row.querySelector(".errorlist") !== null; // a form that is held names them already
  row.append(answer);
  const item = location.pathname.match(/\/(\d+)\/change\/$/)?.[1] ?? "";

  async function check() {
    const url = link.value.trim();
    const response = await fetch(`${link.dataset.checkUrl}?${new URLSearchParams({ url, item })}`);
    const found = response.ok && !response.redirected ? await response.text() : "";
    if (url === link.value.trim()) answer.innerHTML = found.trim();
  }
  link.addEventListener("input", debounce(check, 300));
  if (link.value && !isTold) check();
}
