/* Shows the chosen image before the form is saved. */

import { fetchOrThrow } from "./fetch.js";
import { isUnchanged } from "./form-state.js";

const container = document.getElementById("chosen-picture");

async function show(image) {
  const url = container.dataset.url.replace("/0/", `/${image}/`);
  try {
    container.innerHTML = await (await fetchOrThrow(url)).text();
  } catch {
    container.innerHTML = "";
  }
}

function update(select) {
  if (select.value) show(select.value);
  else container.innerHTML = "";
}

const select = document.getElementById("id_image");
select?.addEventListener("change", () => update(select));
if (select && !isUnchanged(select)) update(select);
