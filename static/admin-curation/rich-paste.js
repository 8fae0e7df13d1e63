/* Pastes formatted text into the body as Markdown, and a link over selected words as a link of these words.

What is pasted without formatting (Ctrl+Shift+V) stays as it is. */

// Elements that Markdown can express. Text without any, as editors of code paste it, is taken as plain text.
const FORMATTED = /<(a\s[^>]*href|strong|b|em|i|h[1-6]|ul|ol|blockquote|table|pre|code)[\s>]/i;
const COMMENTS = /<!--[\s\S]*?-->/g;
const LINK = /^https?:\/\/\S+$/i;

export function startPasting(textarea, tell) {
  textarea.addEventListener("paste", (event) => {
    const data = event.clipboardData;
    const plain = data?.getData("text/plain").trim() ?? "";
    const html = data?.getData("text/html") ?? "";
    const selected = textarea.value.slice(textarea.selectionStart, textarea.selectionEnd);
    if (LINK.test(plain) && selected.trim() && !/[[\]\n]/.test(selected)) {
      event.preventDefault();
      insertText(textarea, `[${selected}](${plain.replace(/[()\s]/g, encodeURIComponent)})`);
    } else if (FORMATTED.test(html.replace(COMMENTS, ""))) {
      event.preventDefault();
      import("./html-to-markdown.js").then(({ convert }) => convert(html)).then(({ markdown, hasPictures }) => {
        insertText(textarea, markdown);
        if (hasPictures) tell("The pictures of what you pasted are left out: paste or drop each by itself.");
      }).catch(() => insertText(textarea, plain));
    }
  });
}

/** Insert a text in place of the selection, so that undo takes it back. */
function insertText(textarea, text) {
  textarea.focus();
  // The only way to write that the browser can undo.
  if (document.execCommand("insertText", false, text)) return;
  textarea.setRangeText(text, textarea.selectionStart, textarea.selectionEnd, "end");
  textarea.dispatchEvent(new Event("input", { bubbles: true }));
}
