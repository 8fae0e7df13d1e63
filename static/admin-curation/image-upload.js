/* Uploads pictures one by one, chosen or dropped anywhere on the page, with their progress and a result for each. */

import { reportLostSession } from "./fetch.js";

const form = document.querySelector("form.image-upload");
if (form) start(form);

function start(form) {
  const input = form.querySelector("input[type=file]");
  const bar = form.querySelector("progress");
  const status = form.querySelector(".upload-counts");
  const list = form.querySelector(".upload-results");
  const place = form.closest("details");
  form.querySelector(".drop-words").hidden = false;
  const files = { waiting: [], sent: 0, all: 0 };
  let isSending = false;

  async function add(chosen) {
    files.waiting.push(...chosen);
    files.all += chosen.length;
    if (isSending) return;
    isSending = true;
    bar.hidden = false;
    while (files.waiting.length) {
      const file = files.waiting.shift();
      status.textContent = `Sending ${file.name}, ${files.sent + 1} of ${files.all} …`;
      list.insertAdjacentHTML("beforeend", await send(form, file, (fraction) => { bar.value = (files.sent + fraction) / files.all; }));
      files.sent += 1;
    }
    Object.assign(files, { sent: 0, all: 0 });
    isSending = false;
    bar.hidden = true;
    status.textContent = counts(list);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add([...input.files]);
    form.reset();
  });
  let depth = 0; // of nested elements that files are dragged over
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const changeDepth = (change) => form.classList.toggle("drop-here", (depth += change) > 0);
  document.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    if (place) place.open = true;
    changeDepth(1);
  });
  document.addEventListener("dragleave", (event) => carriesFiles(event) && changeDepth(-1));
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    changeDepth(-depth);
    add([...event.dataTransfer.files]);
  });
}

function counts(list) {
  const words = { stored: "stored", known: "known already", refused: "refused" };
  const number = (outcome) => list.querySelectorAll(`[data-outcome=${outcome}]`).length;
  return `${Object.keys(words).filter(number).map((outcome) => `${number(outcome)} ${words[outcome]}`).join(", ")}.`;
}

/** Send a file and resolve to the HTML of its result. `onProgress` is called with the fraction (0 to 1) that was sent. */
function send(form, file, onProgress) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("fragment", "1");
  data.set("pictures", file);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch does not report upload progress
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => {
      if (request.status === 200 && request.responseText.includes("data-outcome")) return resolve(request.responseText);
      reportLostSession();
      return resolve(failure(file, `the server answers ${request.status}; are you logged in?`));
    };
    request.onerror = () => resolve(failure(file, "the server cannot be reached; try again."));
    request.open("POST", form.action);
    request.send(data);
  });
}

function failure(file, reason) {
  const entry = document.createElement("li");
  entry.className = "upload-refused";
  entry.dataset.outcome = "refused";
  entry.textContent = `Refused: “${file.name}”: ${reason}`;
  return entry.outerHTML;
}
