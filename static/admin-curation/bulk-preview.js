/* Counts again which items an action would change, whenever its value changes, in place on the page. */

import { fetchOrThrow } from "./fetch.js";
import { isPristine } from "./form-state.js";

const form = document.getElementById("confirm_form");
let latest = 0;

async function countAgain() {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of new FormData(form)) if (name.startsWith("value")) query.append(name, value);
  const number = ++latest;
  try {
    const html = await (await fetchOrThrow(`${location.pathname}?${query}`)).text();
    const preview = new DOMParser().parseFromString(html, "text/html").getElementById("bulk-preview");
    if (number === latest && preview) document.getElementById("bulk-preview").replaceWith(preview);
  } catch {
    // The page works without the new count: the action skips the same items.
  }
}
if (!isPristine(form)) countAgain();
const jQuery = window.django?.jQuery;
if (jQuery) {
  // Select2 sends its events through jQuery alone, and leaves its search field without a name.
  jQuery(form).on("change", countAgain);
  jQuery(() => {
    for (const input of form.querySelectorAll(".select2-search__field")) {
      input.setAttribute("aria-label", form.querySelector("label").textContent);
    }
  });
} else {
  form.addEventListener("change", countAgain);
}
