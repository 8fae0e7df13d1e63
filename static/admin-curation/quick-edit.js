/* Opens the quick edit of an item in its row. The form is that of its page, and is sent there. */

import { fetchOrThrow } from "./fetch.js";

const parser = new DOMParser();
const parse = async (response) => parser.parseFromString(await response.text(), "text/html");

/** Open the form of a row, given by its link “Quick edit”. Without an answer of the server, follow the link. */
export async function openQuickEdit(link) {
  const row = link.closest("tr");
  if (row.nextElementSibling?.matches(".quick-row")) return;
  try {
    const form = (await parse(await fetchOrThrow(link.href))).getElementById("quick_form");
    if (!form) throw new Error("no form"); // the item has a draft: the whole form tells so
    show(form, row);
  } catch {
    location.assign(link.href);
  }
}

function show(form, row) {
  close(row);
  const cell = document.createElement("td");
  cell.className = "quick-cell";
  cell.colSpan = row.cells.length;
  cell.append(document.importNode(form, true));
  const quick = document.createElement("tr");
  quick.className = "quick-row";
  quick.append(cell);
  row.after(quick);
  const own = cell.firstElementChild;
  import("./chips.js").then(({ showLines }) => showLines(own));
  own.addEventListener("submit", (event) => save(event, row));
  own.addEventListener("keydown", (event) => {
    if (event.key === "Escape") cancel(row);
    if (event.key === "Enter" && event.ctrlKey) own.requestSubmit();
  });
  own.querySelector("[data-cancel]").addEventListener("click", (event) => {
    event.preventDefault();
    cancel(row);
  });
  (own.querySelector("[role=alert]") ?? own.querySelector("[name=title]")).focus();
}

function close(row) {
  if (row.nextElementSibling?.matches(".quick-row")) row.nextElementSibling.remove();
}

function cancel(row) {
  close(row);
  row.querySelector("a.quick-edit").focus();
}

async function save(event, row) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!response.ok) throw new Error(response.status);
    const answer = await parse(response);
    const again = answer.getElementById("quick_form");
    if (again) show(again, row);
    else replace(row, answer);
  } catch {
    form.submit(); // the page of the answer tells what is wrong, and keeps what was typed
  }
}

/** Show the row, and the messages, of the list that answers a save. */
function replace(row, answer) {
  const own = answer.getElementById(row.id);
  const messages = answer.querySelector(".messagelist");
  if (!answer.getElementById("changelist")) throw new Error("not the list");
  close(row);
  document.querySelector(".messagelist")?.remove();
  if (messages) document.querySelector("#content").before(document.importNode(messages, true));
  if (!own) {
    row.classList.add("is-saved"); // it is in the list no longer, as its filters have it
    return;
  }
  const fresh = document.importNode(own, true);
  fresh.classList.add("is-saved");
  fresh.classList.toggle("is-current", row.classList.contains("is-current"));
  const box = fresh.querySelector("[name=_selected_action]");
  if (box) box.checked = row.querySelector("[name=_selected_action]").checked;
  row.replaceWith(fresh);
  fresh.querySelector("a.item-title").focus();
}
