/* The preview of an import: the button counts the chosen files. */

const form = document.getElementById("confirm_form");
if (form) {
  const boxes = [...document.querySelectorAll("[name=take]")];
  const button = form.querySelector("[type=submit]");
  const written = Number(form.dataset.written);
  const update = () => {
    const left = boxes.filter(({ checked }) => !checked).length;
    const chosen = (written - left).toLocaleString();
    button.value = left ? `Import ${chosen} of ${written.toLocaleString()} files` : `Import ${chosen} file${written === 1 ? "" : "s"}`;
    button.disabled = left === written;
  };
  for (const box of boxes) box.addEventListener("change", update);
  update(); // the browser may have kept the choices of before
}
