/* Copies a link to the preview of an item, for people without an account, without leaving the form. */

import { copy } from "./copy.js";
import { fetchOrThrow } from "./fetch.js";

for (const form of document.querySelectorAll("form.preview-link")) start(form);

function start(form) {
  const note = document.createElement("p");
  note.className = "preview-link-note";
  note.setAttribute("role", "status");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    (form.closest(".item-bar") ?? form).after(note);
    try {
      const { url, until } = await post(form.action);
      show(await copy(url), url, until);
    } catch (error) {
      note.textContent = `There is no link: ${error.message}`;
    }
  });

  async function post(url) {
    const headers = { Accept: "application/json" };
    return (await fetchOrThrow(url, { method: "POST", headers, body: new FormData(form) })).json();
  }

  function show(isCopied, url, until) {
    const withdraw = document.createElement("button");
    Object.assign(withdraw, { type: "button", className: "button secondary", textContent: "Withdraw all links" });
    withdraw.addEventListener("click", async () => {
      try {
        note.textContent = (await post(form.dataset.withdrawUrl)).done;
      } catch (error) {
        note.textContent = `They are not withdrawn: ${error.message}`;
      }
    });
    const input = document.createElement("input");
    Object.assign(input, { type: "text", readOnly: true, value: url });
    input.setAttribute("aria-label", "Preview link");
    const words = isCopied ? "The link is copied." : "Copy the link:";
    note.replaceChildren(`${words} Whoever has it sees this page as it is saved, without logging in, until ${until}. `, input, " ", withdraw);
    if (!isCopied) input.select();
  }
}
