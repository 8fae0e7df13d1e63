/* Sends the form of a passkey once the browser has given one. */

import { askForPasskey } from "./passkeys.js";

const form = document.getElementById("passkey-form");
const note = document.getElementById("passkey-error");
const { creation_options: toCreate, request_options: toGet } = JSON.parse(document.getElementById("passkey-options").textContent);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  note.hidden = true;
  try {
    form.elements.credential.value = await askForPasskey(form.dataset.passkey, toCreate ?? toGet);
    form.submit();
  } catch ({ message }) {
    note.textContent = message;
    note.hidden = false;
  }
});
// Sent before this script has run, or without it, the form would lack the passkey.
form.querySelector("[type=submit]").disabled = false;
