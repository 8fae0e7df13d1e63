/* Tells the server the time zone of the browser while the editor's profile has none: with the log-in, or once later. */

import { fetchOrThrow } from "./fetch.js";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const field = document.querySelector("input[name=time_zone]");
if (field) field.value = zone;
const link = document.querySelector("#time-zone[data-guess-url]");
const token = document.querySelector("#logout-form input[name=csrfmiddlewaretoken]");
if (link && token) {
  const body = new URLSearchParams({ time_zone: zone, csrfmiddlewaretoken: token.value });
  try {
    await fetchOrThrow(link.dataset.guessUrl, { method: "POST", body });
    // This page stays in the zone that it was made for.
    const place = zone.split("/").at(-1).replaceAll("_", " ");
    if (!link.textContent.includes(` ${place} time`)) link.append(` (${place} time from the next page on)`);
  } catch {
    // The pages stay in the site's zone; the profile offers all others.
  }
}
