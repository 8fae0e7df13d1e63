/* Follows work in the background, and shows the page anew when it is over. */

const box = document.querySelector("[data-progress-url]");
const bar = box.querySelector("progress");
const text = box.querySelector("[role=status]");

async function follow() {
  try {
    const response = await fetch(box.dataset.progressUrl);
    if (!response.ok || response.redirected) throw new Error(`the server answers ${response.status}`);
    const { done, files, is_over: isOver } = await response.json();
    if (isOver) return location.reload();
    if (files) Object.assign(bar, { max: files, value: done });
    text.textContent = files ? `${done.toLocaleString()} of ${files.toLocaleString()} files` : "Waiting";
  } catch (error) {
    text.textContent = `No news: ${error.message}`;
  }
  setTimeout(follow, 1000);
}
setTimeout(follow, 500);
