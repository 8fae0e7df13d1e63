/* Lists with script, by htmx: filters change the list in place, and further pages of it are added below.

   Each request is for the whole page, of which htmx takes a part. So one address has one answer, which any cache may keep,
   and going back, sharing and reloading show the same list. */

"use strict";

{
  const announcer = document.createElement("p");
  announcer.className = "visually-hidden";
  announcer.setAttribute("role", "status");
  document.body.append(announcer);

  const on = (event, handle) => document.addEventListener(`htmx:${event}`, ({ detail }) => handle(detail));

  /* Empty fields are left out of the address. */
  on("configRequest", ({ formData }) => {
    for (const [name, value] of [...formData]) {
      if (!value.trim()) formData.delete(name);
    }
  });

  /* Only the results are replaced, and the form stays as the reader has it, unless its errors appear or go away. A page
     that answers 404 because of an unknown filter value shows that error in its form. */
  on("beforeSwap", (swap) => {
    if (swap.xhr.status === 404 && swap.serverResponse.includes('class="error"')) {
      Object.assign(swap, { shouldSwap: true, isError: false });
    }
    if (swap.target.id === "results" && (document.querySelector("#list .error") || swap.serverResponse.includes('class="error"'))) {
      Object.assign(swap, { target: document.getElementById("list"), selectOverride: "#list" });
    }
  });

  /* A new form comes with its details closed: those that were open in the old one are opened again. */
  let openIds = [];
  on("beforeSwap", ({ target }) => {
    openIds = [...target.querySelectorAll("details[open]")].map(({ id }) => id);
  });
  const reopenDetails = () => openIds.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));

  on("afterOnLoad", ({ requestConfig, successful }) => {
    if (!successful) return;
    if (requestConfig.elt.rel === "next") announceMore();
    else announceList();
  });
  on("historyRestore", () => announceList());

  function announceMore() {
    const added = [...document.querySelectorAll(".list-entries")].at(-1);
    announcer.textContent = `${added.childElementCount} more`;
    added.querySelector("a").focus();
  }

  function announceList() {
    reopenDetails();
    const heading = document.querySelector("#list h2:not(.visually-hidden)");
    if (!heading) return;
    announcer.textContent = heading.textContent;
    if (document.activeElement === document.body) focusOn(heading); // the focused element was replaced
  }

  function focusOn(heading) {
    heading.tabIndex = -1;
    heading.focus();
  }

  /* After a failure the browser loads the address as a page, with the explanation of the server or of the browser. */
  for (const failure of ["responseError", "sendError", "swapError", "onLoadError"]) {
    on(failure, ({ pathInfo }) => location.assign(pathInfo.finalRequestPath));
  }
}
