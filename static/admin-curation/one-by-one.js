/* Saves the form of one item and shows the next one at once: its page was fetched while the editor wrote. */

import { startFrames } from "./framed-page.js";
import { addKeysOf } from "./keys.js";
import { requireSession } from "./session.js";

const TYPED = "textarea, input:not([type=hidden])";
const main = () => document.querySelector(".one-by-one[data-item]");
const kept = new Map(); // by item, what was typed on a page that another page took the place of
let prefetched = prefetch();
let isSaving = false;
let savesNext = false; // asked for while the one before is being saved

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("#one_form");
  if (!form) return;
  event.preventDefault();
  savesNext = isSaving;
  if (isSaving) return;
  isSaving = true;
  const saved = main().dataset.item;
  const data = new FormData(form);
  const former = document.cloneNode(true);
  keep();
  const answer = send(form.action, data);
  const next = await Promise.race([prefetched, answer]);
  if (next && !next.failure && next.item !== saved) show(next.page, "Saving the one before…");
  else say("Saving…");
  finish(await answer, saved, former);
});

/** Show the answer to a save: the page of the next item, of which only the messages may be new, or that with the errors. */
function finish(answer, saved, former) {
  isSaving = false;
  if (answer.failure) {
    if (main().dataset.item !== saved) show(former);
    say(`Not saved: ${answer.failure} Your text is still here; try again.`);
  } else if (answer.item === main().dataset.item && answer.item !== saved) {
    showMessages(answer.page);
    say(answer.page.querySelector(".one-place")?.textContent ?? "");
    document.title = answer.page.title;
    document.querySelector(".one-verbs").replaceWith(document.adoptNode(answer.page.querySelector(".one-verbs")));
    addKeysOf(main());
    history.replaceState(null, "", answer.url);
    main().dataset.next = answer.page.querySelector("[data-item]").dataset.next;
    if (savesNext) setTimeout(() => document.getElementById("one_form")?.requestSubmit());
  } else {
    keep();
    show(answer.page);
    history.replaceState(null, "", answer.url);
  }
  savesNext = false;
  if (answer.item !== saved) kept.delete(saved);
  prefetched = prefetch();
}

/** Fetch a page; return it with its item ("" for the end) and address, or a `failure` in words. */
async function fetchOnce(url, options) {
  try {
    const response = await fetch(url, options);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.status >= 500) return { failure: `the server answers ${response.status}.` };
    if (!page.querySelector(".one-by-one")) return { failure: "you are logged out.", isLoggedOut: true };
    return { page, item: page.querySelector("[data-item]")?.dataset.item ?? "", url: response.url };
  } catch {
    return { failure: "the server cannot be reached." };
  }
}

/** Send a form; ask for the password first, and send it again, if the session has ended. */
async function send(url, data) {
  const answer = await fetchOnce(url, { method: "POST", body: data });
  if (!answer.isLoggedOut || !(await requireSession().catch(() => false))) return answer;
  data.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  return fetchOnce(url, { method: "POST", body: data });
}

async function prefetch() {
  const url = main()?.dataset.next;
  return url ? fetchOnce(url) : null;
}

function show(page, words) {
  const shown = page.getElementById("content").cloneNode(true);
  document.getElementById("content").replaceWith(document.adoptNode(shown));
  if (!words) document.title = page.title; // a page fetched before the save has another number
  showMessages(page);
  restore();
  addKeysOf(document.getElementById("content"));
  startFrames(document.getElementById("content"));
  const lines = document.querySelector("#one_form:has([data-chips-url])");
  if (lines) import("./chips.js").then(({ showLines }) => { showLines(lines); focusField(); });
  if (words) say(words);
  focusField();
  scrollTo(0, 0);
}

/** Put the cursor into the field, or where chips take its place. */
function focusField() {
  (document.querySelector("#one_form [role=combobox]") ?? document.querySelector("#one_form [autofocus]"))?.focus();
}

function showMessages(page) {
  document.querySelector(".messagelist")?.remove();
  const list = page.querySelector(".messagelist");
  if (list) document.getElementById("content").before(document.adoptNode(list.cloneNode(true)));
}

function say(text) {
  const place = document.querySelector(".one-place");
  if (place) place.textContent = text;
}

function keep() {
  const fields = [...document.querySelectorAll("#one_form")].flatMap((form) => [...form.querySelectorAll(TYPED)]);
  const values = fields.filter(({ name }) => name).map(({ name, value, checked, type }) => ({ name, value, checked, type }));
  if (main()) kept.set(main().dataset.item, values);
}

/** Fill in what was typed on this page before. */
function restore() {
  for (const { name, value, checked, type } of kept.get(main()?.dataset.item) ?? []) {
    const fields = [...document.querySelectorAll(`#one_form [name="${name}"]`)];
    if (["checkbox", "radio"].includes(type)) fields.filter((field) => field.value === value).forEach((field) => { field.checked = checked; });
    else fields.forEach((field) => { field.value = value; });
  }
}

focusField();
