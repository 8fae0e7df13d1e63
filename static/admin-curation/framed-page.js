/* Shows the framed page of an item in light or dark colours, whatever those of the desk are. */

const isDeskDark = () => {
  const { theme } = document.documentElement.dataset;
  return theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
};

export function startFrames(root) {
  for (const section of root.querySelectorAll(".framed-page")) {
    const frame = section.querySelector("iframe");
    const box = section.querySelector(".is-dark");
    const apply = () => {
      const page = frame.contentDocument?.documentElement;
      if (page) page.style.colorScheme = box.checked ? "dark" : "light";
    };
    box.checked = isDeskDark();
    box.closest("label").hidden = false; // which does nothing without script
    box.addEventListener("change", apply);
    frame.addEventListener("load", apply);
    apply();
  }
}

startFrames(document);
