/* Tells who else has the item open and what they have saved, every ten seconds while the page is visible. */

import { fetchOrThrow } from "./fetch.js";
import { fingerprint, isPristine, readForm } from "./form-state.js";

const SECONDS = 10;
const form = document.getElementById("curateditem_form");
const notes = document.getElementById("presence");
if (form && notes) start(form, notes);

function start(form, notes) {
  const wasDirty = !isPristine(form);
  const atStart = snapshot(form);
  const url = notes.dataset.url;
  let field = "";
  let timer;

  const isDirty = () => wasDirty || snapshot(form) !== atStart;
  const inputOf = (name) => form.elements.namedItem(name);

  function parameters(more) {
    const token = form.elements.namedItem("csrfmiddlewaretoken").value;
    const version = form.elements.namedItem("version").value;
    return new URLSearchParams({ csrfmiddlewaretoken: token, version, field, dirty: isDirty() ? "1" : "", ...more });
  }

  async function renew() {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      show(await (await fetchOrThrow(url, { method: "POST", body: parameters() })).text());
    } catch {
      notes.replaceChildren(); // not known: the form is merged when it is saved
    }
    timer = setTimeout(renew, SECONDS * 1000);
  }

  /** Show the notes, without moving the focus out of them, and a button for each field that is as it was. */
  function show(html) {
    if (notes.contains(document.activeElement)) return;
    const before = notes.textContent;
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    for (const note of fresh.content.querySelectorAll("[data-saved-field]")) {
      const input = inputOf(note.dataset.savedField);
      const button = note.querySelector("[data-take-in]");
      const isAsked = form.querySelector(`[name="clash-${note.dataset.savedField}"]`) !== null;
      if (isAsked || (input && button && input.value === button.dataset.takeIn)) note.remove();
      else if (input && button && input.value === input.defaultValue) {
        button.hidden = false;
        button.onclick = () => takeIn(input, button.dataset.takeIn, note);
      }
    }
    // A live region speaks each change: the same notes are not written again.
    if (fresh.content.textContent.trim() !== before.trim()) notes.replaceChildren(fresh.content);
  }

  function takeIn(input, text, note) {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    note.remove();
    input.focus();
  }

  form.addEventListener("focusin", (event) => (field = event.target.name ?? ""));
  document.addEventListener("visibilitychange", renew);
  addEventListener("pagehide", () => navigator.sendBeacon(url, parameters({ leave: "1" })));
  renew();
}

/** Return the values of a form as one text. */
function snapshot(form) {
  return fingerprint(readForm(form));
}
