/* Polls the progress of background work, and reloads the page when the work is over. */

import { fetchOrThrow } from "./fetch.js";

const POLL_MS = 1000;
const box = document.querySelector("[data-progress-url]");
const bar = box.querySelector("progress");
const unit = box.dataset.progressUnit;
const text = box.querySelector("[role=status]");

async function poll() {
  try {
    const { done, files, is_over: isOver } = await (await fetchOrThrow(box.dataset.progressUrl)).json();
    if (isOver) return location.reload();
    if (files) Object.assign(bar, { max: files, value: done });
    text.textContent = files ? `${done.toLocaleString()} of ${files.toLocaleString()} ${unit}` : "Waiting";
  } catch (error) {
    text.textContent = `The progress is unknown: ${error.message}`;
  }
  setTimeout(poll, POLL_MS);
}
setTimeout(poll, POLL_MS / 2);
