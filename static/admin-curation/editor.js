/* The body: buttons that write Markdown, pasted text and pictures, and beside it the page as readers will see it. */

import { formattingButtons } from "./body-toolbar.js";
import { startPictures } from "./body-pictures.js";
import { startItemPicture } from "./item-picture.js";
import { PagePreview } from "./preview.js";
import { startPasting } from "./rich-paste.js";
import { makeToolbar } from "./toolbar.js";

const body = document.querySelector("textarea[data-preview-url]");
if (body && !body.readOnly) start(body);

function start(textarea) {
  const editor = document.createElement("div");
  editor.className = "editor";
  const bar = document.createElement("div");
  bar.className = "editor-bar";
  const panes = document.createElement("div");
  panes.className = "editor-panes";
  textarea.before(editor);
  const isFocused = document.activeElement === textarea; // moving it would take the focus away
  const preview = new PagePreview(textarea, editor);
  bar.append(formattingButtons(textarea), preview.controls);
  panes.append(textarea, preview.panel);
  editor.append(bar, panes);
  if (isFocused) textarea.focus();
  const pictures = textarea.dataset.uploadUrl ? startPictures(textarea, bar) : null;
  if (pictures) startItemPicture(textarea);
  startPasting(textarea, pictures?.tell ?? ((text) => preview.tell(text)));
  makeToolbar(bar, "Text and preview");
  preview.start();
}
