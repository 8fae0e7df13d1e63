/* Names fields of Django's that have no name for screen readers: boxes of Select2, cells of related rows, and notes. */

let number = 0;

/** Return the element with the name of a field: its label, the head of its column, or that of its filter. */
function nameOf(field) {
  const cell = field.closest(".tabular td");
  const head = cell ? cell.closest("table").tHead.rows[0].cells[cell.cellIndex] : field.closest("details")?.querySelector("summary");
  const name = field.labels?.[0] ?? head;
  if (name) name.id ||= `field-name-${(number += 1)}`;
  return name;
}

function nameFields(root) {
  for (const field of root.querySelectorAll(".tabular td :is(input, select)")) {
    const name = nameOf(field);
    if (name && !field.labels?.length) field.setAttribute("aria-labelledby", name.id);
  }
  for (const box of root.querySelectorAll(".select2-selection--single")) {
    const name = nameOf(box.closest(".select2-container").previousElementSibling);
    const chosen = box.querySelector(".select2-selection__rendered");
    if (name) [box, chosen].forEach((part) => part.setAttribute("aria-labelledby", `${name.id} ${chosen.id}`));
  }
  for (const field of root.querySelectorAll(".select2-selection--multiple input")) {
    const name = nameOf(field.closest(".select2-container").previousElementSibling);
    if (name) field.setAttribute("aria-labelledby", name.id);
    field.closest(".select2-selection").querySelector("ul").role = "none"; // not all of its children are items
  }
  for (const note of root.querySelectorAll(".search-label-icon")) note.role = "img";
}

// Django's scripts make the boxes when the page is ready, and those of a new row when it is added.
document.addEventListener("DOMContentLoaded", () => setTimeout(() => nameFields(document)));
document.addEventListener("formset:added", ({ target }) => setTimeout(() => nameFields(target)));

for (const head of document.querySelectorAll("th.original:empty")) head.innerHTML = '<span class="visually-hidden">Row</span>';
