/* Deletes the local copies of forms that the server has saved: a cookie names them. */

import { deleteCopy } from "./local-copies.js";

const script = document.getElementById("saved-copies");
const saved = document.cookie.split("; ").find((cookie) => cookie.startsWith("saved_copies="))?.split("=")[1];

if (saved) {
  await Promise.all(saved.split(".").map(deleteCopy));
  document.cookie = `saved_copies=; path=${script.dataset.path}; max-age=0; samesite=lax`;
}
