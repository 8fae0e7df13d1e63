/* Takes a picture that is dropped or pasted anywhere on the form, but into the body, as the picture of the item. */

import { upload } from "./body-pictures.js";

export function startItemPicture(body) {
  const select = document.getElementById("id_image");
  if (!select) return;
  const note = document.createElement("p");
  note.className = "item-picture-note";
  note.setAttribute("role", "status");
  select.after(note);

  async function take(file) {
    if (!file.type.startsWith("image/")) return;
    note.textContent = `Uploading ${file.name} …`;
    note.scrollIntoView({ block: "nearest" });
    try {
      const { id, name } = await upload(body, file, () => {});
      if (![...select.options].some(({ value }) => value === id)) select.add(new Option(name, id));
      select.value = id;
      for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, { bubbles: true }));
      note.textContent = `${file.name} is the picture. Describe it below.`;
    } catch (error) {
      note.textContent = `${file.name} is not taken: ${error.message}`;
    }
  }

  // Dropped without this, a file would replace the form in the browser, and unsaved text would be lost.
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files") || event.target.type === "file" || event.target === body) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("drop", (event) => {
    if (event.defaultPrevented || event.target.type === "file" || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (event.defaultPrevented || event.target === body || !file || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    take(file);
  });
}
