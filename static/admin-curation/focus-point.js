/* Sets the focal point of a picture by a click on it, and shows how pages crop the picture around the point. */

const picture = document.querySelector(".focus-picture");
const fields = ["x", "y"].map((axis) => document.getElementById(`id_focus_${axis}`));
if (picture && fields.every(Boolean)) start();

function start() {
  picture.classList.add("is-clickable");
  document.querySelector(".focus-click").hidden = false;
  document.querySelector(".focus-noscript").hidden = true;
  document.querySelector(".crops").hidden = false;
  picture.addEventListener("click", (event) => {
    const { left, top, width, height } = picture.querySelector("img").getBoundingClientRect();
    setPoint((event.clientX - left) / width, (event.clientY - top) / height);
  });
  for (const field of fields) field.addEventListener("input", show);
  show();
}

/** Write a point, in fractions of width and height, into the fields. */
function setPoint(...fractions) {
  fields.forEach((field, index) => {
    field.value = Math.round(100 * Math.min(1, Math.max(0, fractions[index])));
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function show() {
  const [x, y] = fields.map((field) => `${Math.min(100, Math.max(0, Number(field.value)))}%`);
  for (const circle of picture.querySelectorAll("circle")) {
    circle.setAttribute("cx", x);
    circle.setAttribute("cy", y);
  }
  for (const image of document.querySelectorAll(".crop img")) image.style.objectPosition = `${x} ${y}`;
}
