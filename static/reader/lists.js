/* Lists with script, by htmx: filters change the list in place, and further pages of it are added below.

   Each request is for the whole page, of which htmx takes a part. So one address has one answer, which any cache may keep,
   and going back, sharing and reloading show the same list. The address of a list with further pages stays that of its
   first page; who reloads it, or comes back to it, gets these pages again. */

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

  /* The address stays when a page is added. */
  on("beforeHistoryUpdate", ({ history, requestConfig }) => {
    if (requestConfig.elt.rel === "next") history.path = location.pathname + location.search;
  });

  /* A new form comes with its details closed: those that were open in the old one are opened again. */
  let openIds = [];
  on("beforeSwap", ({ target }) => {
    openIds = [...target.querySelectorAll("details[open]")].map(({ id }) => id);
  });
  const reopenDetails = () => openIds.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));

  on("afterOnLoad", ({ requestConfig, successful }) => {
    if (!successful) return;
    if (requestConfig.elt.rel !== "next") announceList();
    else if (restoring) restoring();
    else announceMore();
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

  /* Further pages are counted when the reader leaves, by the address, and kept until the tab is closed. */
  const storage = (() => {
    try {
      return window.sessionStorage;
    } catch {
      return null; // the reader allows no storage
    }
  })();
  const storageKey = () => `list:${location.pathname}${location.search}`;
  let restoring; // adds the next page again, while there are any

  window.addEventListener("pagehide", () => {
    const pages = document.querySelectorAll(".list-entries").length - 1;
    if (pages > 0) storage?.setItem(storageKey(), JSON.stringify({ pages, top: window.scrollY }));
    else storage?.removeItem(storageKey());
  });

  document.addEventListener("DOMContentLoaded", () => {
    const isReturn = ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);
    const stored = isReturn && JSON.parse(storage?.getItem(storageKey()) ?? "null");
    if (stored) restorePages(stored);
  });

  function restorePages({ pages, top }) {
    restoring = () => {
      const next = document.querySelector('.pagination [rel="next"]');
      if (pages-- > 0 && next) return next.click();
      restoring = undefined;
      window.scrollTo(0, top);
    };
    restoring();
  }

  /* After a failure the browser loads the address as a page, with the explanation of the server or of the browser. */
  for (const failure of ["responseError", "sendError", "swapError", "onLoadError"]) {
    on(failure, ({ pathInfo }) => location.assign(pathInfo.finalRequestPath));
  }
}
