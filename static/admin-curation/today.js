/* Today: a link that is pasted anywhere starts a new item, and texts that this browser keeps unsaved are listed. */

import { copiesOfUser } from "./local-copies.js";

const { user, desk } = document.getElementById("today").dataset;
const field = document.getElementById("source-url");

document.addEventListener("paste", (event) => {
  if (!field || event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return;
  const text = event.clipboardData.getData("text").trim();
  if (!/^https?:\/\/\S+$/i.test(text)) return;
  field.value = text;
  field.form.requestSubmit();
});

const section = document.getElementById("kept-copies");
const time = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "numeric", minute: "2-digit" });

/** Return the address of the form that a copy is of: "curation.curateditem:12", or ":new" in place of the number. */
function addressOf(form) {
  const [model, key] = form.split(":");
  return `${desk}${model.replace(".", "/")}/${key === "new" ? "add" : `${encodeURIComponent(key)}/change`}/`;
}

for (const { form, at, state } of await copiesOfUser(user).catch(() => [])) {
  const link = Object.assign(document.createElement("a"), { href: addressOf(form) });
  const title = [state.title, state.label, state.name].flat().find((text) => typeof text === "string" && text.trim());
  const name = Object.assign(document.createElement("span"), { className: "today-title", textContent: title || "Untitled" });
  link.append(name);
  const note = Object.assign(document.createElement("span"), { className: "today-note", textContent: `kept ${time.format(at)}` });
  const row = document.createElement("li");
  row.append(link, " ", note);
  section.querySelector("ul").append(row);
  section.hidden = false;
}
