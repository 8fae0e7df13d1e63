/* The form of an item: counts beside title and summary, the address as the title makes it, links to fields, and keys. */

import { addKey, isMac } from "./keys.js";
import { focusField } from "./error-summary.js";

const NEAR = 60; // characters of a title
const OVER = 70;

const form = document.getElementById("curateditem_form");
const inputOf = (name) => form.elements.namedItem(name);

/* Counts */

function count(element, input) {
  if (element.dataset.count === "words") {
    const words = input.value.trim().split(/\s+/).filter(Boolean).length;
    element.textContent = `${words} word${words === 1 ? "" : "s"}`;
    return;
  }
  const { length } = [...input.value];
  element.textContent = length > OVER ? `${length} of ${OVER}: search engines cut it` : `${length} of ${OVER}`;
  element.classList.toggle("is-near", length >= NEAR && length < OVER);
  element.classList.toggle("is-over", length >= OVER);
}

for (const element of document.querySelectorAll("[data-count]")) {
  const input = document.getElementById(element.dataset.for);
  if (!input) continue;
  input.addEventListener("input", () => count(element, input));
  count(element, input);
}

/* A title is one line, which is shown on as many as it needs. */

for (const input of document.querySelectorAll("textarea.one-line")) {
  const grow = () => {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) event.preventDefault();
  });
  input.addEventListener("input", () => {
    if (/[\r\n]/.test(input.value)) input.value = input.value.replace(/\s*[\r\n]+\s*/g, " ");
    if (!CSS.supports("field-sizing", "content")) grow();
  });
  if (!CSS.supports("field-sizing", "content")) grow();
}

/* The address: that of the field, or as the title makes it. The server makes the slug itself. */

const slug = document.querySelector("[data-slug-for]");
const slugInput = slug && document.getElementById(slug.dataset.slugFor);

function slugOf(title) {
  const letters = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return letters.replace(/[^\p{L}\p{N}\s_-]+/gu, "").replace(/[\s_–—-]+/gu, "-").replace(/^-|-$/g, "");
}

function showSlug() {
  const { value } = slugInput;
  const title = inputOf("title");
  const follows = "followsTitle" in slugInput.dataset && title.value !== title.defaultValue;
  const isMade = !value || (value === slugInput.defaultValue && (value.startsWith("untitled-") || follows));
  slug.textContent = (isMade ? slugOf(title.value) : value) || "…";
}

if (slugInput) {
  for (const input of [slugInput, inputOf("title")]) input.addEventListener("input", showSlug);
  showSlug();
}

/* Keys */

const press = (selector) => () => {
  const element = document.querySelector(selector);
  if (!element) return false;
  element.click();
  return true;
};
const goTo = (...ids) => () => ids.some((id) => focusField(id));

// Alt with an arrow opens a list or a calendar, and on a Mac moves the cursor.
const OWN_ARROWS = `select, [type=date], [type=time]${isMac ? ", input, textarea" : ""}`;
const unlessInField = (run) => ({ target }) => !target.matches(OWN_ARROWS) && run();

addKey("Alt+ArrowUp", "Previous item of the list", unlessInField(press(".to-previous")));
addKey("Alt+ArrowDown", "Next item of the list", unlessInField(press(".to-next")));
// Alt with a digit changes the tab in Firefox, and types a character on a Mac.
addKey("Ctrl+/ t", "To the title", goTo("id_title"));
addKey("Ctrl+/ s", "To the summary", goTo("id_summary"));
addKey("Ctrl+/ b", "To the body", goTo("id_body"));
addKey("Ctrl+/ o", "To the topics", goTo("itemtopic_set-group"));
addKey("Ctrl+/ p", "To the picture", goTo("id_image_alt"));
addKey("Ctrl+/ d", "To the date and time of publication", goTo("id_published_at_0"));
