/* Shows the chosen image before the form is saved, and lets it be chosen among thumbnails. */

import { fetchOrThrow } from "./fetch.js";
import { isUnchanged } from "./form-state.js";

const container = document.getElementById("chosen-picture");

async function show(image) {
  const url = container.dataset.url.replace("/0/", `/${image}/`);
  try {
    container.innerHTML = await (await fetchOrThrow(url)).text();
  } catch {
    container.innerHTML = "";
  }
}

function update(select) {
  if (select.value) show(select.value);
  else container.innerHTML = "";
}

const select = document.getElementById("id_image");
select?.addEventListener("change", () => update(select));
if (select && !isUnchanged(select)) update(select);
if (select && container.dataset.pickerUrl) addPicker(select);

/** Add the button of the dialog. The text of the chosen image shows in the empty field of the item's own. */
function addPicker(select) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button", textContent: "Choose among thumbnails…" });
  button.addEventListener("click", async () => {
    const { pickImage } = await import("./image-picker.js");
    const image = await pickImage(container.dataset.pickerUrl);
    if (!image) return;
    if (![...select.options].some(({ value }) => value === image.id)) select.add(new Option(image.name, image.id));
    select.value = image.id;
    for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, { bubbles: true }));
    document.getElementById("id_image_alt").placeholder = image.alt;
  });
  select.after(button);
}
