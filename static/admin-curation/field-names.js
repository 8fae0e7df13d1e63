/* Names fields of Django's that have no name for screen readers: cells of related rows, and notes. */

let number = 0;

for (const field of document.querySelectorAll(".tabular td :is(input, select)")) {
  const cell = field.closest("td");
  const head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
  if (!head || field.labels?.length) continue;
  head.id ||= `field-name-${(number += 1)}`;
  field.setAttribute("aria-labelledby", head.id);
}

// Django's script makes the lists with these notes at this event.
addEventListener("load", () => document.querySelectorAll(".search-label-icon").forEach((note) => (note.role = "img")));

for (const head of document.querySelectorAll("th.original:empty")) head.innerHTML = '<span class="visually-hidden">Row</span>';
