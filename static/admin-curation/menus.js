/* Closes the menus of the header: at Escape, at a click beside them, and when the focus leaves them. */

const menus = [...document.querySelectorAll("details.desk-menu")];

document.addEventListener("keydown", (event) => {
  const menu = menus.find(({ open }) => open);
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const type of ["pointerdown", "focusin"]) {
  document.addEventListener(type, ({ target }) => {
    for (const menu of menus) if (menu.open && !menu.contains(target)) menu.open = false;
  });
}
