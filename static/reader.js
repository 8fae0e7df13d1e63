/* What lists can do with script, over htmx: filters change the list in place, and more of it comes below.

   Every request is for a page as it is without script, of which htmx takes a part. So an address has one answer, whoever
   keeps it, and going back, sharing and reloading show what was there. */

"use strict";

{
  const announcer = document.createElement("p");
  announcer.className = "hidden";
  announcer.setAttribute("role", "status");
  document.body.append(announcer);

  const on = (event, handle) => document.addEventListener(`htmx:${event}`, ({ detail }) => handle(detail));

  /* An empty field says nothing: the address goes without it. */
  on("configRequest", ({ formData }) => {
    for (const [name, value] of [...formData]) {
      if (!value.trim()) formData.delete(name);
    }
  });

  /* The form stays as the reader has it, unless it has to say what is wrong, or says so no longer. A page that is
     missing because a filter names nothing says so in its form. */
  on("beforeSwap", (swap) => {
    if (swap.xhr.status === 404 && swap.serverResponse.includes('class="error"')) {
      Object.assign(swap, { shouldSwap: true, isError: false });
    }
    if (swap.target.id === "results" && (document.querySelector("#list .error") || swap.serverResponse.includes('class="error"'))) {
      Object.assign(swap, { target: document.getElementById("list"), selectOverride: "#list" });
    }
  });

  /* A new form comes folded: what was unfolded in the old one stays so. */
  let unfolded = [];
  on("beforeSwap", ({ target }) => {
    unfolded = [...target.querySelectorAll("details[open]")].map(({ id }) => id);
  });
  const unfold = () => unfolded.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));

  on("afterOnLoad", ({ requestConfig, successful }) => {
    if (!successful) return;
    if (requestConfig.elt.rel === "next") showMore();
    else showList();
  });
  on("historyRestore", () => showList());

  function showMore() {
    const added = [...document.querySelectorAll(".listed")].at(-1);
    announcer.textContent = `${added.childElementCount} more`;
    added.querySelector("a").focus();
  }

  function showList() {
    unfold();
    const heading = document.querySelector("#list h2:not(.hidden)");
    if (!heading) return;
    announcer.textContent = heading.textContent;
    if (document.activeElement === document.body) focusOn(heading); // what was in focus is gone: a filter taken off, say
  }

  function focusOn(heading) {
    heading.tabIndex = -1;
    heading.focus();
  }

  /* What cannot be shown in place gets a page of its own, with the explanation that the server or the browser gives. */
  for (const failure of ["responseError", "sendError", "swapError", "onLoadError"]) {
    on(failure, ({ pathInfo }) => location.assign(pathInfo.finalRequestPath));
  }
}
