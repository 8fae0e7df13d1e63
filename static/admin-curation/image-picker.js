/* A dialog in which an editor chooses a stored image: thumbnails, a search, and those used of late. */

import { fetchOrThrow } from "./fetch.js";

/** Open the dialog. `url` is that of the view `curation_image_picker`. Resolve to `{ id, name, alt }` of the chosen
 * image, or to `null` if none was chosen. */
export function pickImage(url) {
  const dialog = document.createElement("dialog");
  dialog.className = "image-dialog";
  dialog.setAttribute("aria-label", "Choose an image");
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "button", textContent: "Close" });
  const content = document.createElement("div");
  dialog.append(close, content);
  document.body.append(dialog);
  const opener = document.activeElement;
  let chosen = null;

  async function load(address) {
    try {
      content.innerHTML = await (await fetchOrThrow(address)).text();
    } catch (error) {
      content.textContent = `The images cannot be shown: ${error.message}`;
    }
    content.querySelector("input[type=search]")?.focus();
  }

  content.addEventListener("submit", (event) => {
    event.preventDefault();
    load(`${url}?${new URLSearchParams(new FormData(event.target))}`);
  });
  content.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const button = event.target.closest("button[data-image]");
    if (link) {
      event.preventDefault();
      load(link.href);
    } else if (button) {
      const { image, name, alt } = button.dataset;
      chosen = { id: image, name, alt };
      dialog.close();
    }
  });
  close.addEventListener("click", () => dialog.close());
  dialog.showModal();
  load(url);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      opener?.focus();
      resolve(chosen);
    });
  });
}
