/* Shows the chosen image before the form is saved. */

import { fetchOrThrow } from "./fetch.js";

const container = document.getElementById("chosen-picture");

async function show(image) {
  const url = container.dataset.url.replace("/0/", `/${image}/`);
  try {
    container.innerHTML = await (await fetchOrThrow(url)).text();
  } catch {
    container.innerHTML = "";
  }
}

// Select2 reports a choice as an event of jQuery alone.
django.jQuery("#id_image").on("change", ({ target }) => {
  if (target.value) show(target.value);
  else container.innerHTML = "";
});
