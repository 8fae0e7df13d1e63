/* A form of the admin: it keeps what is typed until it is saved. */

import "./error-summary.js";
import { KeptText } from "./kept-text.js";
import { startSaving } from "./saving.js";

// Django's script opens popups from here on. Before, these links would leave the form.
document.addEventListener("DOMContentLoaded", () => setTimeout(() => document.body.classList.add("opens-popups")));

const marker = document.querySelector("input[name=_local_copy]");
const row = [...document.querySelectorAll(".submit-row")].at(-1);

if (marker && row?.querySelector("[type=submit]")) {
  const stateText = document.createElement("span");
  stateText.className = "kept-state";
  const status = document.createElement("span");
  status.className = "save-status";
  status.setAttribute("role", "status");
  row.append(stateText, status);
  const kept = new KeptText(marker.form, marker, stateText);
  startSaving(marker.form, kept, status);
  // Other scripts fill in fields while the page is loaded; that does not count as a change by the editor.
  if (document.readyState === "complete") kept.start();
  else addEventListener("load", () => kept.start());
}
