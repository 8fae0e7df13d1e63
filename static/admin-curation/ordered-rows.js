/* Adds a handle to drag and buttons to move to the rows of an ordered inline. Its number inputs are filled in, hidden. */

const inlines = document.querySelectorAll(".inline-group:has(fieldset.ordered)");

const rowsOf = (inline) => [...inline.querySelectorAll("tr.form-row:not(.empty-form)")];
const positionOf = (row) => row.querySelector(".field-position input");
const indexOf = (row) => Number(positionOf(row).name.match(/-(\d+)-position$/)[1]);

const errorsOf = (row) => row.previousElementSibling?.matches(".row-form-errors") ? [row.previousElementSibling] : [];
const withErrors = (rows) => rows.flatMap((row) => [...errorsOf(row), row]);

function updatePositions(inline) {
  rowsOf(inline).forEach((row, position) => (positionOf(row).value = position));
}

function move(row, step) {
  const inline = row.closest(".inline-group");
  const rows = rowsOf(inline);
  const from = rows.indexOf(row);
  const to = from + step;
  if (to < 0 || to >= rows.length) return;
  // The other rows are moved, as this one would lose focus and pointer if it were taken out of the page.
  if (to > from) withErrors([row])[0].before(...withErrors(rows.slice(from + 1, to + 1)));
  else row.after(...withErrors(rows.slice(to, from)));
  updatePositions(inline);
  inline.querySelector("[role=status]").textContent = `Moved to position ${to + 1} of ${rows.length}`;
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

function makeButton(label, className, onclick) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className, title: label, onclick });
  button.setAttribute("aria-label", label);
  return button;
}

function addControls(row) {
  const cell = row.querySelector(".field-position");
  const controls = document.createElement("span");
  controls.className = "row-controls";
  const handle = document.createElement("span");
  Object.assign(handle, { className: "row-handle", title: "Drag to reorder", onpointerdown: drag });
  controls.append(
    handle,
    makeButton("Move up", "row-up", () => move(row, -1)),
    makeButton("Move down", "row-down", () => move(row, 1)),
  );
  cell.append(controls);
  // A phone shows the heads of the columns beside the boxes to tick.
  for (const { parentElement: box } of row.querySelectorAll("td > [type=checkbox]")) {
    box.dataset.label = row.closest("table").tHead.rows[0].cells[box.cellIndex].textContent.trim();
  }
}

function sort(inline, key) {
  const rows = rowsOf(inline).sort((a, b) => key(a) - key(b));
  inline.querySelector("tr.empty-form").before(...withErrors(rows));
}

const byPosition = (row) => Number(positionOf(row).value);

for (const inline of inlines) {
  if (!inline.querySelector("tr.empty-form")) continue; // a read-only inline
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  inline.append(status);
  inline.classList.add("reorderable");
  rowsOf(inline).forEach(addControls);
  sort(inline, byPosition); // after an error, rows come back in the order of their creation
  inline.closest("form").addEventListener("form-filled", () => sort(inline, byPosition));
  inline.addEventListener("formset:added", (event) => {
    addControls(event.target);
    updatePositions(inline);
  });
  inline.addEventListener("change", (event) => {
    if (!event.target.matches(".field-is_primary input:checked")) return;
    for (const box of inline.querySelectorAll(".field-is_primary input")) box.checked = box === event.target;
  });
}

// Django renumbers the remaining rows in their order on the page, and needs the saved ones first.
document.addEventListener("formset:removed", (event) => {
  const inline = document.getElementById(`${event.detail.formsetName}-group`);
  if (!inline?.classList.contains("reorderable")) return;
  updatePositions(inline);
  sort(inline, indexOf);
  queueMicrotask(() => sort(inline, byPosition));
});
