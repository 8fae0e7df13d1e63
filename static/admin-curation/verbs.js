/* The button that publishes schedules instead, and says when, as long as the publication time is to come. */

const moment = document.querySelector(".field-published_at .moment");
const button = document.querySelector("button[data-planned-label]");

if (moment && button) {
  const hint = document.getElementById("goes-live");
  moment.addEventListener("described", ({ detail: { is_error: isError, goes_live: goesLive } }) => {
    if (isError) return; // saving refuses it
    button.textContent = goesLive ? button.dataset.plannedLabel : button.dataset.label;
    hint.textContent = goesLive;
  });
}
