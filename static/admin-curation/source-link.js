/* Chooses the publisher of the source link while it is typed, and offers to make one of a host that is not known. */

import { debounce } from "./debounce.js";
import { fetchOrThrow } from "./fetch.js";
import { isUnchanged } from "./form-state.js";

const link = document.querySelector("input[data-publisher-url]");
const publisher = document.getElementById("id_publisher");
const offer = document.getElementById("id_publisher_from_link");
if (link && publisher && offer) start();

function start() {
  const row = offer.closest(".form-row");
  const label = offer.labels[0];
  let chosen = ""; // the ID of the publisher that was chosen here
  // Without an answer, the box stands there as it does without script.
  row.hidden = !offer.checked && !row.classList.contains("errors");

  function choose({ id, name }) {
    const value = id === null ? "" : String(id);
    if (publisher.value && publisher.value !== chosen) return; // somebody chose another one
    if (![...publisher.options].some((option) => option.value === value)) publisher.add(new Option(name, value));
    chosen = value;
    if (publisher.value === value) return;
    publisher.value = value;
    publisher.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function offerHost({ host, id, may_add: mayAdd }) {
    const isOffered = Boolean(host && id === null && mayAdd && !publisher.value);
    row.hidden = !isOffered;
    if (isOffered) label.textContent = `Make “${host}” a publisher, saved with the item`;
    else offer.checked = false;
  }

  async function ask() {
    const url = link.value.trim();
    try {
      const answer = await (await fetchOrThrow(`${link.dataset.publisherUrl}?${new URLSearchParams({ url })}`)).json();
      if (url !== link.value.trim()) return;
      choose(answer);
      offerHost(answer);
    } catch {
      row.hidden = false; // the server decides when the form is saved
    }
  }

  link.addEventListener("input", debounce(ask, 200));
  publisher.addEventListener("change", () => {
    if (publisher.value) row.hidden = !(offer.checked = false);
  });
  // A saved item keeps its publisher, or none, until its link is changed.
  const isNew = !link.form.elements.version?.value;
  if (!isUnchanged(link) || (isNew && link.value && !publisher.value)) ask();
}
