/* The buttons that publish schedule or save instead as long as the publication time is to come; the line says when. */

const moment = document.querySelector(".field-published_at .moment");
const buttons = document.querySelectorAll("button[data-planned-label]");

if (moment && buttons.length) {
  const line = document.getElementById("goes-live");
  moment.addEventListener("described", ({ detail: { is_error: isError, goes_live: goesLive } }) => {
    if (isError) return; // saving refuses it
    for (const button of buttons) button.textContent = goesLive ? button.dataset.plannedLabel : button.dataset.label;
    line.textContent = goesLive || line.dataset.otherwise;
  });
}
