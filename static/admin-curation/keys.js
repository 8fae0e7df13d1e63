/* The keyboard of the desk: pages add keys, `?` lists them, and a profile can switch off those without Ctrl or Alt. */

const FIELD = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file]), textarea, select, [contenteditable], [role=combobox], [role=listbox]";
const PRESSED_BY_ENTER = "a, button, summary, input, select, textarea";
const SEQUENCE_MS = 1500; // in which the second key of `g t` follows the first
const CHORD = /^(Ctrl|Alt)\+/;

export const isMac = /^Mac|^iP/.test(navigator.platform);

const { singleKeys } = document.getElementById("desk-keys")?.dataset ?? {};
const added = new Map(); // from the name of each key to { keys, description, run }
let pending = "";
let timer;

/**
 * Add a key to this page.
 *
 * `keys` is a character ("j"), two in a row ("g t", "Ctrl+/ t"), or a key with others held down ("Ctrl+Enter", "Shift+x");
 * Ctrl is Cmd on a Mac as well. Those that begin without Ctrl and Alt act outside of fields alone. `run(event)` may return
 * false to leave the key to the browser. A key that is added again has the new meaning.
 */
export function addKey(keys, description, run) {
  added.set(normalise(keys), { keys, description, run });
}

/** Add the keys that elements of the page name, which they press: `<a data-keys="g t" href="…">Today</a>`. */
export function addKeysOf(root) {
  for (const element of root.querySelectorAll("[data-keys]")) {
    const { keys, keysLabel } = element.dataset;
    addKey(keys, keysLabel ?? element.textContent.trim(), () => element.click());
  }
}

/** Return a name with its modifiers in one order. Letters are lower case: "Shift+x". */
function normalise(keys) {
  return keys.split(" ").map((chord) => {
    const parts = chord === "+" ? ["+"] : chord.split("+");
    const key = parts.pop();
    return nameOf(key, parts.includes("Ctrl"), parts.includes("Alt"), parts.includes("Shift"));
  }).join(" ");
}

function nameOf(key, ctrl, alt, shift) {
  return `${ctrl ? "Ctrl+" : ""}${alt ? "Alt+" : ""}${shift ? "Shift+" : ""}${key.length === 1 ? key.toLowerCase() : key}`;
}

function nameOfEvent({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const isLetter = key.toLowerCase() !== key.toUpperCase();
  return nameOf(key, ctrlKey || metaKey, altKey, shiftKey && (key.length > 1 || isLetter)); // Shift is part of "?"
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  if (document.querySelector("dialog:modal")) return;
  const isChord = event.ctrlKey || event.metaKey || event.altKey || CHORD.test(pending);
  if (!isChord && (singleKeys === "off" || event.target.closest?.(FIELD))) return;
  if (!isChord && ["Enter", " "].includes(event.key) && event.target.closest?.(PRESSED_BY_ENTER)) return;
  const name = nameOfEvent(event);
  const found = added.get(`${pending} ${name}`) ?? added.get(name);
  clearTimeout(timer);
  pending = "";
  if (found) {
    if (found.run(event) !== false) event.preventDefault();
  } else if ([...added.keys()].some((keys) => keys.startsWith(`${name} `))) {
    pending = name;
    if (CHORD.test(name)) event.preventDefault();
    timer = setTimeout(() => { pending = ""; }, SEQUENCE_MS);
  }
});

/** Show the keys of this page. */
function showKeys() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys-dialog";
  dialog.setAttribute("aria-labelledby", "keys-heading");
  const heading = Object.assign(document.createElement("h2"), { id: "keys-heading", textContent: "Keys of this page" });
  const list = document.createElement("dl");
  const areOff = singleKeys === "off";
  for (const [name, { keys, description }] of added) {
    if (areOff && !CHORD.test(name)) continue;
    const term = document.createElement("dt");
    term.append(...keys.split(" ").flatMap((chord, index) => (index ? [" then ", caps(chord)] : [caps(chord)])));
    const row = document.createElement("div");
    row.append(term, Object.assign(document.createElement("dd"), { textContent: description }));
    list.append(row);
  }
  const note = document.createElement("p");
  note.textContent = areOff ? "Keys without Ctrl or Alt are switched off in your profile." : "Keys without Ctrl or Alt act outside of fields. Your profile can switch them off.";
  const close = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Close" });
  close.onclick = () => dialog.close();
  dialog.onclose = () => dialog.remove();
  dialog.append(heading, list, note, close);
  document.body.append(dialog);
  dialog.showModal();
}

const CAPS = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", " ": "Space", Escape: "Esc", Ctrl: isMac ? "⌘" : "Ctrl" };

/** Return a chord as `<kbd>` elements: one for each key that is held down. */
function caps(chord) {
  const keys = chord === "+" ? ["+"] : chord.split("+");
  const span = document.createElement("span");
  for (const key of keys) {
    const cap = document.createElement("kbd");
    cap.textContent = CAPS[key] ?? key;
    if (span.hasChildNodes()) span.append(" ");
    span.append(cap);
  }
  return span;
}

addKeysOf(document);
addKey("?", "Show the keys of this page", showKeys);
// Nothing would answer the button without script.
for (const element of document.querySelectorAll(".show-keys")) element.hidden = false;
document.querySelector("button.show-keys")?.addEventListener("click", showKeys);
