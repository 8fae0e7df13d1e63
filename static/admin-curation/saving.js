/* Saves a form: checks the session first, says when the save takes long, and cannot be started twice or left by chance. */

import { addKey } from "./keys.js";
import { requireSession } from "./session.js";

const WAIT_MS = 1000;
const SLOW = "This takes longer than usual: the server may be writing another change first.";
const SLOW_WITH_FILES = "This takes longer than usual: files are being sent, or the server is writing another change first.";
const LINK_HELD = "Your change is being saved. Follow the link again to leave before that.";
const UNREACHABLE = "The server cannot be reached. Nothing is saved; your text stays here. Try again in a moment.";

export function startSaving(form, kept, status) {
  let isBusy = false;
  let isChecked = false;
  let timer;
  let label; // of the pressed button
  let pressed;
  let heldLink; // followed while the form is being saved: the browser would cancel the save

  form.addEventListener("submit", async (event) => {
    if (isChecked) return; // the second, native submission
    event.preventDefault();
    if (isBusy) return;
    begin(event.submitter);
    await kept.keep();
    let mayGoOn = false;
    try {
      mayGoOn = await requireSession();
      status.textContent = "";
    } catch {
      status.textContent = UNREACHABLE;
    }
    if (mayGoOn) send();
    else end();
  });
  addEventListener("pageshow", ({ persisted }) => persisted && end()); // back from the page that it led to
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!isBusy || !link || link === heldLink || !leavesPage(link, event)) return;
    event.preventDefault();
    heldLink = link;
    status.textContent = LINK_HELD;
  });

  function begin(submitter) {
    isBusy = true;
    pressed = submitter ?? form.querySelector(".submit-row .default");
    label = pressed && labelOf(pressed);
    relabel("Saving…");
    for (const button of form.querySelectorAll("[type=submit]")) button.setAttribute("aria-disabled", "true");
  }

  function send() {
    relabel(label); // the name and value of the button are sent
    isChecked = true;
    kept.isLeaving = true;
    form.requestSubmit(pressed);
    isChecked = false;
    relabel("Saving…");
    const hasFiles = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    timer = setTimeout(() => { status.textContent = hasFiles ? SLOW_WITH_FILES : SLOW; }, WAIT_MS);
  }

  function end() {
    clearTimeout(timer);
    if (status.textContent !== UNREACHABLE) status.textContent = "";
    isBusy = kept.isLeaving = false;
    heldLink = undefined;
    relabel(label);
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }

  function relabel(text) {
    if (!pressed || !text) return;
    if (pressed.localName === "input") pressed.value = text;
    else pressed.textContent = text;
  }

  const main = () => form.querySelector(".submit-row .default");
  const press = (button) => (button ? form.requestSubmit(button) : false);
  addKey("Ctrl+Enter", "Press the main button", () => press(main()));
  addKey("Ctrl+s", "Save and stay", () => press(form.querySelector(".submit-row [name=_continue]") ?? main()));
}

const leavesPage = (link, event) =>
  !event.defaultPrevented && !link.target && !link.getAttribute("href").startsWith("#") && !event.ctrlKey && !event.metaKey && !event.shiftKey;
const labelOf = (button) => (button.localName === "input" ? button.value : button.textContent);
