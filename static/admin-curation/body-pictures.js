/* Pictures into the body: chosen, dropped on it or pasted. Each is stored at once, and its Markdown put at the cursor. */

const body = document.querySelector("textarea[data-upload-url]");
if (body && !body.readOnly) start(body);

function start(textarea) {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", multiple: true, accept: textarea.dataset.pictureTypes, hidden: true });
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button", textContent: "Insert pictures…" });
  const hint = document.createElement("span");
  hint.textContent = "Or drop them on the text, or paste them.";
  const bar = document.createElement("progress");
  Object.assign(bar, { max: 1, hidden: true });
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  const tools = document.createElement("div");
  tools.className = "body-pictures";
  tools.append(button, input, hint, bar, note);
  textarea.before(tools);

  const say = (text, isError) => {
    note.textContent = text;
    note.classList.toggle("is-error", isError);
  };
  let queue = Promise.resolve();
  function add(files) {
    for (const file of files) queue = queue.then(() => insert(file));
  }

  async function insert(file) {
    say(`Uploading ${file.name} …`, false);
    Object.assign(bar, { hidden: false, value: 0 });
    try {
      const markdown = await upload(textarea, file, (part) => { bar.value = part; });
      put(textarea, markdown);
      say(`${file.name} is in the text. Describe it between the brackets.`, false);
    } catch (error) {
      say(`${file.name} is not in the text: ${error.message}`, true);
    }
    bar.hidden = true;
  }

  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = ""; // it is no field of the form, and the same file can be chosen again
  });
  textarea.addEventListener("dragover", (event) => pictures(event.dataTransfer).length && event.preventDefault());
  textarea.addEventListener("drop", (event) => take(event, event.dataTransfer));
  textarea.addEventListener("paste", (event) => take(event, event.clipboardData));

  /** Take the pictures of a drop or of the clipboard; text that comes with them (from a word processor) goes first. */
  function take(event, data) {
    const files = pictures(data).map((item) => item.getAsFile()).filter(Boolean);
    if (!files.length || data.types.includes("text/plain")) return;
    event.preventDefault();
    add(files);
  }
}

function pictures(data) {
  return [...(data?.items ?? [])].filter((item) => item.kind === "file" && item.type.startsWith("image/"));
}

/** Store a picture; resolve to its Markdown. `onProgress` is told which part (0 to 1) has been sent. */
function upload(textarea, file, onProgress) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", textarea.form.elements.csrfmiddlewaretoken.value);
  data.set("picture", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much has been sent
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => {
      const { markdown, error } = request.response ?? {};
      if (markdown) resolve(markdown);
      else reject(new Error(error ?? `the server answers ${request.status}; are you logged in?`));
    };
    request.onerror = () => reject(new Error("the server cannot be reached; try again."));
    request.open("POST", textarea.dataset.uploadUrl);
    request.send(data);
  });
}

/** Put a picture's Markdown at the cursor, a paragraph of its own, and the cursor between its brackets. */
function put(textarea, markdown) {
  const start = textarea.selectionStart;
  const before = textarea.value.slice(0, start);
  const after = textarea.value.slice(textarea.selectionEnd);
  const lead = before && !before.endsWith("\n\n") ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
  const trail = after && !after.startsWith("\n") ? "\n\n" : "";
  textarea.setRangeText(`${lead}${markdown}${trail}`, start, textarea.selectionEnd, "end");
  const inside = start + lead.length + markdown.indexOf("[") + 1;
  textarea.focus();
  textarea.setSelectionRange(inside, inside);
  textarea.dispatchEvent(new Event("input", { bubbles: true }));
}
