/* Shows the chosen image, or file, before the form is saved, and lets an image be chosen among thumbnails. */

import { fetchOrThrow } from "./fetch.js";
import { isUnchanged } from "./form-state.js";

const MAX_WIDTH = 640; // pixels: twice those of the panel

const container = document.getElementById("chosen-picture");
const fileInput = document.getElementById("id_new_image");

async function show(image) {
  const url = container.dataset.url.replace("/0/", `/${image}/`);
  try {
    container.innerHTML = await (await fetchOrThrow(url)).text();
  } catch {
    container.innerHTML = "";
  }
}

/** Draw a file. As a picture with an address of the browser's own, the site's policy would refuse it. */
async function draw(file) {
  const canvas = document.createElement("canvas");
  const figure = Object.assign(document.createElement("figure"), { className: "picture-details" });
  const caption = Object.assign(document.createElement("figcaption"), { textContent: `${file.name}: stored when you save` });
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, MAX_WIDTH / picture.width);
    Object.assign(canvas, { width: picture.width * scale, height: picture.height * scale, role: "img", ariaLabel: file.name });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    figure.append(canvas);
  } catch {
    caption.textContent = `${file.name} cannot be shown: is it a picture?`;
  }
  if (fileInput.files[0] !== file) return; // another one was chosen meanwhile
  figure.append(caption);
  container.replaceChildren(figure);
}

function update(select) {
  if (fileInput?.files.length) draw(fileInput.files[0]); // it is taken rather than the other one
  else if (select.value) show(select.value);
  else container.innerHTML = "";
}

const select = document.getElementById("id_image");
for (const input of [select, fileInput]) if (select) input?.addEventListener("change", () => update(select));
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
