/* Shows the body as readers will see it, beside the text while it is written. */

import { debounce } from "./debounce.js";
import { fetchOrThrow } from "./fetch.js";

const body = document.querySelector("textarea[data-preview-url]");
if (body) start(body);

function start(textarea) {
  const fields = ["title", "summary", "slug", "flavour", "body"].map((name) => textarea.form.elements[name]);
  const frame = document.createElement("iframe");
  frame.title = "Preview of the body";
  frame.className = "body-preview";
  frame.sandbox = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"; // no script runs in it
  const note = document.createElement("p");
  note.className = "body-preview-note";
  note.setAttribute("role", "status");
  const panel = document.createElement("div");
  panel.className = "body-preview-panel";
  panel.append(frame, note);
  textarea.after(panel);
  panel.parentElement.classList.add("with-preview");

  let running = new AbortController();
  async function update() {
    running.abort();
    running = new AbortController();
    try {
      show(frame, await fetchPreview(textarea, fields, running.signal));
      note.textContent = "";
    } catch (error) {
      if (error.name !== "AbortError") note.textContent = `The preview is not up to date: ${error.message}`;
    }
  }
  const updateLater = debounce(update, 300);
  for (const field of fields) field.addEventListener("input", updateLater);
  document.addEventListener("session-restored", update);
  update();
}

async function fetchPreview(textarea, fields, signal) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", textarea.form.elements.csrfmiddlewaretoken.value);
  for (const field of fields) data.set(field.name, field.value);
  data.set("item", textarea.dataset.item ?? "");
  const response = await fetchOrThrow(textarea.dataset.previewUrl, { method: "POST", body: data, signal });
  return response.text();
}

/** Show a page. A page shown before is updated in place, so that nothing flashes and it stays scrolled. */
function show(frame, page) {
  const main = frame.contentDocument?.querySelector("main");
  if (!main) {
    frame.srcdoc = page;
    return;
  }
  main.replaceWith(new DOMParser().parseFromString(page, "text/html").querySelector("main"));
}
