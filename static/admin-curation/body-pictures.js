/* Inserts pictures into the body: chosen, dropped on it or pasted. Each is stored at once; its Markdown goes to the cursor. */

import { reportLostSession } from "./fetch.js";

/** Put the button that chooses pictures into `bar`, and take dropped and pasted ones. Return `tell(text)`, which shows a note. */
export function startPictures(textarea, bar) {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", multiple: true, accept: textarea.dataset.pictureTypes, hidden: true });
  const button = document.createElement("button");
  const title = "Or drop them on the text, or paste them";
  Object.assign(button, { type: "button", textContent: "Insert pictures…", title });
  const progress = document.createElement("progress");
  Object.assign(progress, { max: 1, hidden: true });
  const notes = document.createElement("div");
  notes.setAttribute("role", "status");
  const tools = document.createElement("div");
  tools.className = "body-pictures";
  tools.append(input, progress, notes);
  bar.querySelector("markdown-toolbar").after(button);
  bar.after(tools);

  let queue = Promise.resolve();
  let waiting = 0;
  /** Upload files one by one. The text gets the focus, so that typing goes on there meanwhile. */
  function add(files) {
    if (!waiting) notes.replaceChildren();
    textarea.focus();
    let last; // the Markdown of the file before
    for (const file of files) {
      waiting += 1;
      queue = queue.then(async () => {
        last = await insert(file, last) ?? last;
        waiting -= 1;
      });
    }
  }

  /** Store a picture and insert its Markdown into the text, below `last`. Resolve to it, or to `undefined` on failure. */
  async function insert(file, last) {
    const note = document.createElement("p");
    note.textContent = `Uploading ${file.name} …`;
    notes.append(note);
    Object.assign(progress, { hidden: false, value: 0 });
    const { selectionStart, value } = textarea;
    try {
      if (!file.type.startsWith("image/")) throw new Error("it is not a picture.");
      const { markdown } = await upload(textarea, file, (fraction) => { progress.value = fraction; });
      const isTyping = textarea.value !== value || textarea.selectionStart !== selectionStart;
      insertMarkdown(textarea, markdown, last, !isTyping && document.activeElement === textarea);
      note.textContent = `${file.name} is in the text. Describe it between the brackets.`;
      return markdown;
    } catch (error) {
      note.textContent = `${file.name} is not in the text: ${error.message}`;
      note.classList.add("is-error");
      return undefined;
    } finally {
      progress.hidden = true;
    }
  }

  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = ""; // so that the form does not send it, and the same file can be chosen again
  });
  textarea.addEventListener("drop", (event) => takeFiles(event, event.dataTransfer));
  textarea.addEventListener("paste", (event) => takeFiles(event, event.clipboardData));
  textarea.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });

  /** Insert the files of a drop or of the clipboard. Text that comes with them (from a word processor) is inserted instead. */
  function takeFiles(event, data) {
    const files = [...(data?.items ?? [])].map((item) => item.getAsFile()).filter(Boolean);
    if (!files.length || data.types.includes("text/plain")) return;
    event.preventDefault();
    add(files);
  }

  return { tell: (text) => { notes.textContent = text; } };
}

/** Store a picture and resolve to its `id`, `name` and `markdown`. `onProgress` is called with the fraction (0 to 1) that has been sent. */
export function upload(textarea, file, onProgress) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", textarea.form.elements.csrfmiddlewaretoken.value);
  data.set("picture", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not report upload progress
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => {
      const { markdown, error } = request.response ?? {};
      if (!markdown && !error) reportLostSession();
      if (markdown) resolve(request.response);
      else reject(new Error(error ?? `the server answers ${request.status}; are you logged in?`));
    };
    request.onerror = () => reject(new Error("the server cannot be reached; try again."));
    request.open("POST", textarea.dataset.uploadUrl);
    request.send(data);
  });
}

/** Insert a picture's Markdown as a paragraph below `last` or the cursor's line, so that no word is cut and no selected
 * text replaced. If `mayMove`, the cursor goes between its brackets. */
function insertMarkdown(textarea, markdown, last, mayMove) {
  const { value } = textarea;
  const address = last?.slice(last.indexOf("]"));
  const from = address && value.includes(address) ? value.indexOf(address) : textarea.selectionEnd;
  const at = value.indexOf("\n", from) < 0 ? value.length : value.indexOf("\n", from);
  const before = value.slice(0, at);
  const lead = before && !before.endsWith("\n\n") ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
  const trail = value.startsWith("\n\n", at) || at === value.length ? "" : "\n";
  textarea.setRangeText(lead + markdown + trail, at, at, "preserve");
  const inside = at + lead.length + markdown.indexOf("[") + 1;
  if (mayMove) textarea.setSelectionRange(inside, inside);
  textarea.dispatchEvent(new Event("input", { bubbles: true }));
}
