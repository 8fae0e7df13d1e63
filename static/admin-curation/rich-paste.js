/* Pastes formatted text into the body as Markdown, and a link over selected words as a link of these words.

What is pasted without formatting (Ctrl+Shift+V) stays as it is. */

// Elements that Markdown can express. Text without any, as editors of code paste it, is taken as plain text.
const FORMATTED = /<(a\s[^>]*href|strong|b|em|i|h[1-6]|ul|ol|blockquote|table|pre|code)[\s>]/i;
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
    } else if (FORMATTED.test(withoutCode(html))) {
      event.preventDefault();
      convert(html).then(({ markdown, hasPictures }) => {
        insertText(textarea, markdown);
        if (hasPictures) tell("The pictures of what you pasted are left out: paste or drop each by itself.");
      }, () => insertText(textarea, plain));
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

/** Return HTML without scripts, styles, comments and attributes that the page's policy reports, before it is parsed. */
export function withoutCode(html) {
  return html
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<(script|style|head|title|xml)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<(script|style|link|meta|base)\b[^>]*>/gi, "")
    .replace(/\s(style|on\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, "");
}

/** Resolve to the Markdown of pasted HTML, and whether it had pictures. */
export async function convert(html) {
  const { default: Turndown } = await import("../vendor/turndown@7.2.5/turndown.browser.es.js");
  const page = new DOMParser().parseFromString(withoutCode(html), "text/html");
  // Google Docs puts all in an element that means nothing.
  for (const wrapper of page.querySelectorAll('b[id^="docs-internal-guid"]')) wrapper.replaceWith(...wrapper.childNodes);
  const pictures = page.querySelectorAll("img, svg, picture");
  pictures.forEach((picture) => picture.remove());
  for (const head of page.querySelectorAll("h1")) { // the title is the one of the page
    const lower = page.createElement("h2");
    lower.append(...head.childNodes);
    head.replaceWith(lower);
  }
  const turndown = new Turndown({ headingStyle: "atx", bulletListMarker: "-", codeBlockStyle: "fenced", emDelimiter: "_" });
  turndown.addRule("table", { filter: "table", replacement: (_content, table) => tableText(table, turndown) });
  turndown.addRule("anchor", { filter: (node) => node.localName === "a" && !/^(https?:|mailto:|\/)/i.test(node.getAttribute("href") ?? ""), replacement: (content) => content });
  const markdown = turndown.turndown(page.body).replace(/^([-*]|\d+\.) {2,3}/gm, "$1 ").trim();
  return { markdown, hasPictures: pictures.length > 0 };
}

/** Return a table as GitHub writes it. Its first row is the head. */
function tableText(table, turndown) {
  const rows = [...table.rows].map((row) => [...row.cells].map((cell) =>
    turndown.turndown(cell.innerHTML).replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|").trim()));
  const width = Math.max(...rows.map((row) => row.length));
  const line = (cells) => `| ${Array.from({ length: width }, (_, at) => cells[at] ?? "").join(" | ")} |`;
  const [head = [], ...others] = rows;
  return `\n\n${[line(head), line(Array(width).fill("---")), ...others.map(line)].join("\n")}\n\n`;
}
