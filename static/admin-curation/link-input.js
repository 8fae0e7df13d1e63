/* “Open” beside an input of a link opens the link that is typed. */

document.addEventListener("input", ({ target }) => {
  const open = target.parentElement.querySelector(":scope > input[type=url] + .open-link");
  if (!open) return;
  open.href = target.value;
  open.hidden = !/^https?:/i.test(target.value) || !target.validity.valid;
});
