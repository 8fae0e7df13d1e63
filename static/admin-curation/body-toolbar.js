/* Buttons above the body that write Markdown, and the keys of the common ones. */

import "../vendor/markdown-toolbar-element@2.2.3/index.js";
import { isMac } from "./keys.js";

const BUTTONS = [
  ["bold", "B", "Bold", "b"],
  ["italic", "I", "Italic", "i"],
  ["header-2", "H2", "Heading H2"],
  ["header-3", "H3", "Heading H3, below H2"],
  ["quote", "“ ”", "Quotation"],
  ["unordered-list", "• List", "• List"],
  ["ordered-list", "1. List", "1. List, numbered"],
  ["link", "Link", "Link", "k"],
];

/** Return the buttons for a text, and let their keys work in the text. */
export function formattingButtons(textarea) {
  const bar = document.createElement("markdown-toolbar");
  bar.setAttribute("for", textarea.id);
  bar.setAttribute("role", "group"); // of the toolbar that it is a part of, which handles its keys
  bar.setAttribute("data-no-focus", "");
  bar.setAttribute("aria-label", "Formatting");
  const byKey = new Map();
  for (const [style, face, name, key] of BUTTONS) {
    const button = document.createElement("button");
    const keys = key ? ` (${isMac ? "⌘" : "Ctrl+"}${key.toUpperCase()})` : "";
    Object.assign(button, { type: "button", className: `tool tool-${style}`, textContent: face, title: name + keys });
    button.dataset.mdButton = style;
    button.setAttribute("aria-label", name);
    if (key) {
      button.setAttribute("aria-keyshortcuts", `${isMac ? "Meta" : "Control"}+${key.toUpperCase()}`);
      byKey.set(key, button);
    }
    bar.append(button);
  }
  textarea.addEventListener("keydown", (event) => {
    const button = (isMac ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey && byKey.get(event.key);
    if (!button) return;
    event.preventDefault();
    event.stopPropagation(); // keys of the page
    button.click();
  });
  return bar;
}
