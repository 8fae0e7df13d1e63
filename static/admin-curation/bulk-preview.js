/* Counts again which items an action would change, whenever its value changes, in place on the page. */

import { fetchOrThrow } from "./fetch.js";
import { isPristine } from "./form-state.js";

const form = document.getElementById("confirm_form");
let latest = 0;
/* Resolved unless a button of the pointer is held: the click that ends an input must find the button that it began on. */
let released = Promise.resolve();
document.addEventListener("pointerdown", () => {
  released = new Promise((resolve) => {
    for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => setTimeout(resolve), { once: true });
  });
}, { capture: true });

/** Whether a field decides what would change: the value of an action, and of rows that become one, the one that stays. */
const decides = (name) => name.startsWith("value") || name === "stays";

async function countAgain() {
  const query = new URLSearchParams(location.search);
  for (const name of [...query.keys()].filter(decides)) query.delete(name);
  for (const [name, value] of new FormData(form)) if (decides(name)) query.append(name, value);
  const number = ++latest;
  try {
    const html = await (await fetchOrThrow(`${location.pathname}?${query}`)).text();
    await released;
    const preview = new DOMParser().parseFromString(html, "text/html").getElementById("bulk-preview");
    if (number === latest && preview) document.getElementById("bulk-preview").replaceWith(preview);
  } catch {
    // The page works without the new count: the action skips the same items.
  }
}
if (!isPristine(form)) countAgain();
form.addEventListener("change", countAgain);
