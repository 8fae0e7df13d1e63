/* Rows of an ordered inline: a handle to drag, buttons to move. The number inputs stay, filled in and out of sight. */

const inlines = document.querySelectorAll(".inline-group:has(fieldset.ordered)");

const rowsOf = (inline) => [...inline.querySelectorAll("tr.form-row:not(.empty-form)")];
const positionOf = (row) => row.querySelector(".field-position input");
const indexOf = (row) => Number(positionOf(row).name.match(/-(\d+)-position$/)[1]);

const errorsOf = (row) => row.previousElementSibling?.matches(".row-form-errors") ? [row.previousElementSibling] : [];
const withErrors = (rows) => rows.flatMap((row) => [...errorsOf(row), row]);

function number(inline) {
  rowsOf(inline).forEach((row, position) => (positionOf(row).value = position));
}

function move(row, step) {
  const inline = row.closest(".inline-group");
  const rows = rowsOf(inline);
  const from = rows.indexOf(row);
  const to = from + step;
  if (to < 0 || to >= rows.length) return;
  // The others go round the row: taken out of the page, it would lose focus and pointer.
  if (to > from) withErrors([row])[0].before(...withErrors(rows.slice(from + 1, to + 1)));
  else row.after(...withErrors(rows.slice(to, from)));
  number(inline);
  inline.querySelector("[role=status]").textContent = `Moved to place ${to + 1} of ${rows.length}`;
}

function drag(event) {
  const handle = event.currentTarget;
  const row = handle.closest("tr");
  const inline = row.closest(".inline-group");
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  row.classList.add("dragged");
  handle.onpointermove = ({ clientY }) => {
    const rows = rowsOf(inline);
    const over = rows.findIndex((other) => clientY < other.getBoundingClientRect().bottom);
    move(row, (over < 0 ? rows.length - 1 : over) - rows.indexOf(row));
  };
  handle.onlostpointercapture = () => {
    handle.onpointermove = null;
    row.classList.remove("dragged");
  };
}

function button(label, className, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className, title: label, onclick: act });
  made.setAttribute("aria-label", label);
  return made;
}

function addControls(row) {
  const cell = row.querySelector(".field-position");
  const controls = document.createElement("span");
  controls.className = "row-controls";
  const handle = document.createElement("span");
  Object.assign(handle, { className: "row-handle", title: "Drag to reorder", onpointerdown: drag });
  controls.append(handle, button("Move up", "row-up", () => move(row, -1)), button("Move down", "row-down", () => move(row, 1)));
  cell.append(controls);
}

function sort(inline, key) {
  const rows = rowsOf(inline).sort((a, b) => key(a) - key(b));
  inline.querySelector("tr.empty-form").before(...withErrors(rows));
}

const byPosition = (row) => Number(positionOf(row).value);

for (const inline of inlines) {
  if (!inline.querySelector("tr.empty-form")) continue; // nothing may be changed here
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  inline.append(status);
  inline.classList.add("arrangeable");
  rowsOf(inline).forEach(addControls);
  sort(inline, byPosition); // after an error they come back in the order in which they were made
  inline.addEventListener("formset:added", (event) => {
    addControls(event.target);
    number(inline);
  });
  inline.addEventListener("change", (event) => {
    if (!event.target.matches(".field-is_primary input:checked")) return;
    for (const box of inline.querySelectorAll(".field-is_primary input")) box.checked = box === event.target;
  });
}

// Django renumbers the rows that are left in the order in which they stand, and saved ones must come first.
document.addEventListener("formset:removed", (event) => {
  const inline = document.getElementById(`${event.detail.formsetName}-group`);
  if (!inline?.classList.contains("arrangeable")) return;
  number(inline);
  sort(inline, indexOf);
  queueMicrotask(() => sort(inline, byPosition));
});
