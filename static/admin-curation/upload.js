/* A place to drop files on, and a list of what was chosen. Without this, the file field does it all but the list. */

const input = document.querySelector("input[type=file][name=chosen]");
const row = input.closest(".form-row");
const hint = document.createElement("p");
hint.className = "drop-hint";
hint.textContent = "Drop files anywhere on this page, in one go or one by one, or choose them:";
input.closest(".flex-container").before(hint);
const list = document.createElement("ul");
list.className = "chosen-files";
list.setAttribute("aria-live", "polite");
row.append(list);

const sizes = new Intl.NumberFormat(undefined, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
const described = (file) => `${file.name} (${sizes.format(Math.ceil(file.size / 1000))})`;

function show() {
  list.replaceChildren(...[...input.files].map((file) => {
    const entry = document.createElement("li");
    entry.textContent = described(file);
    return entry;
  }));
}

/** Add dropped files to those chosen before; one of the same name takes the other's place. */
function add(dropped) {
  const files = new Map([...input.files, ...dropped].map((file) => [file.name, file]));
  const chosen = new DataTransfer();
  for (const file of files.values()) chosen.items.add(file);
  input.files = chosen.files;
  show();
}

let depth = 0; // of the elements that files are dragged over
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
const mark = (change) => document.body.classList.toggle("drop-here", (depth += change) > 0);

document.addEventListener("dragenter", (event) => carriesFiles(event) && mark(1));
document.addEventListener("dragleave", (event) => carriesFiles(event) && mark(-1));
document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  mark(-depth);
  const isFile = (item) => item.webkitGetAsEntry()?.isFile ?? true;
  const dropped = [...event.dataTransfer.items].filter(isFile).map((item) => item.getAsFile());
  if (dropped.length < event.dataTransfer.items.length) hint.textContent = "A folder cannot be dropped: make a .zip of it.";
  add(dropped.filter(Boolean));
});
input.addEventListener("change", show);
