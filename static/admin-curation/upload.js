/* Adds dropping of files, and a list of the chosen files, to the file field. */

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
const describe = (file) => `${file.name} (${sizes.format(Math.ceil(file.size / 1000))})`;

function updateList() {
  list.replaceChildren(...[...input.files].map((file) => {
    const entry = document.createElement("li");
    entry.textContent = describe(file);
    return entry;
  }));
}

/** Add dropped files to the chosen ones. A file of the same name is replaced. */
function add(dropped) {
  const files = new Map([...input.files, ...dropped].map((file) => [file.name, file]));
  const chosen = new DataTransfer();
  for (const file of files.values()) chosen.items.add(file);
  input.files = chosen.files;
  updateList();
}

let depth = 0; // of nested elements that files are dragged over
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
const changeDepth = (change) => document.body.classList.toggle("drop-here", (depth += change) > 0);

document.addEventListener("dragenter", (event) => carriesFiles(event) && changeDepth(1));
document.addEventListener("dragleave", (event) => carriesFiles(event) && changeDepth(-1));
document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  changeDepth(-depth);
  const isFile = (item) => item.webkitGetAsEntry()?.isFile ?? true;
  const dropped = [...event.dataTransfer.items].filter(isFile).map((item) => item.getAsFile());
  if (dropped.length < event.dataTransfer.items.length) hint.textContent = "A folder cannot be uploaded; make a .zip of it.";
  add(dropped.filter(Boolean));
});
input.addEventListener("change", updateList);
