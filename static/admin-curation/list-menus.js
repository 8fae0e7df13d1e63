/* The menus of a list: short addresses from its filters, and one open menu at a time. */

const MENUS = ".filter details[open], .action-group[open]";

// Empty fields make no part of the address.
document.querySelector(".list-search")?.addEventListener("formdata", ({ formData }) => {
  for (const name of new Set(formData.keys())) {
    const values = formData.getAll(name).filter(Boolean);
    formData.delete(name);
    for (const value of values) formData.append(name, value);
  }
});

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (!menu.contains(target)) menu.open = false;
  }
});

document.addEventListener("keydown", ({ key }) => {
  const menu = key === "Escape" && document.activeElement.closest(MENUS);
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
