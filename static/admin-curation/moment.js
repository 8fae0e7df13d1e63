/* A date and a time of day: says while somebody types when that is, and offers buttons for usual times. */

import { debounce } from "./debounce.js";
import { fetchOrThrow } from "./fetch.js";
import { isUnchanged } from "./form-state.js";

/** Return date (2026-11-27) and time of day (09:00) in a time zone, some days from now. */
function clockIn(timeZone, days) {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  const [date, time] = format.format(new Date()).split(" ");
  const day = new Date(`${date}T12:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return [day.toISOString().slice(0, 10), time];
}

function connect(widget) {
  const [date, time, zone] = widget.querySelectorAll("input");
  const line = widget.querySelector(".moment-line");
  const buttons = widget.querySelector(".moment-buttons");
  let latest = 0;

  function fill(day, clock) {
    [date.value, time.value] = [day, clock];
    for (const input of [date, time]) {
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  function show({ text, is_error: isError, use }) {
    line.textContent = text;
    line.classList.toggle("is-error", isError);
    if (!use) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Use ${use.replace(/^0/, "")}`;
    button.addEventListener("click", () => fill(date.value, use));
    line.append(" ", button);
  }

  async function describe() {
    const number = ++latest;
    const query = new URLSearchParams({ date: date.value, time: time.value, zone: zone.value });
    try {
      const response = await fetchOrThrow(`${widget.dataset.describeUrl}?${query}`);
      const answer = await response.json();
      if (number !== latest) return;
      show(answer);
      widget.dispatchEvent(new CustomEvent("described", { detail: answer }));
    } catch {
      if (number === latest) show({ text: "", is_error: false, use: "" }); // saving checks it again
    }
  }

  // A form that was refused shows the error beside the inputs.
  if (widget.dataset.use) show({ text: "", is_error: true, use: widget.dataset.use });

  const describeSoon = debounce(describe, 200);
  for (const input of [date, time]) input.addEventListener("input", describeSoon);
  // Other scripts follow the answer, and have started by this event.
  if (![date, time].every(isUnchanged)) document.addEventListener("DOMContentLoaded", describe);
  for (const button of buttons.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const [day, now] = clockIn(zone.value, Number(button.dataset.days));
      fill(day, button.dataset.clock || now);
    });
  }
  try {
    clockIn(zone.value, 0);
    buttons.hidden = false;
  } catch {
    // The browser does not know this zone.
  }
}

for (const widget of document.querySelectorAll(".moment")) connect(widget);
