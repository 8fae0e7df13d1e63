/* Formatted text as Markdown. Loaded when some is pasted first. */

import Turndown from "../vendor/turndown@7.2.5/turndown.browser.es.js";

/** Return HTML without scripts, styles, comments and attributes that the page's policy reports, before it is parsed. */
function withoutCode(html) {
  return withElements(html)
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<(script|style|head|title|xml)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<(script|style|link|meta|base)\b[^>]*>/gi, "")
    .replace(/\s(style|on\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, "");
}

/** Return HTML in which elements take the place of the styles by which Google Docs writes bold and italic. */
function withElements(html) {
  return html.replace(/<span\b([^>]*)>([^<]*)<\/span>/gi, (whole, attributes, text) => {
    if (/font-weight:\s*([6-9]00|bold)/i.test(attributes)) return `<strong>${text}</strong>`;
    return /font-style:\s*italic/i.test(attributes) ? `<em>${text}</em>` : whole;
  });
}

/** Return the Markdown of pasted HTML, and whether it had pictures. */
export function convert(html) {
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
