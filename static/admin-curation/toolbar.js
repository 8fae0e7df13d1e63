/* A toolbar that is one stop of the Tab key, as the toolbar pattern of ARIA has it: arrow keys go from button to button. */

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** Make the buttons in `bar` one stop, the first of them. `name` is the name of the toolbar. */
export function makeToolbar(bar, name) {
  const all = () => [...bar.querySelectorAll("button")];
  const stopAt = (stop) => all().forEach((button) => { button.tabIndex = button === stop ? 0 : -1; });
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", name);
  bar.addEventListener("focusin", ({ target }) => stopAt(target));
  bar.addEventListener("focusout", () => stopAt(all()[0])); // the button that had the focus may be hidden meanwhile
  bar.addEventListener("keydown", (event) => {
    const shown = all().filter((button) => button.checkVisibility());
    const at = shown.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    const to = step ? (at + step + shown.length) % shown.length : { Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    shown[to].focus();
  });
  stopAt(all()[0]);
}
