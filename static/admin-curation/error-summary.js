/* Moves the focus from the links of the summary of errors, of content checks and to the body, to the fields. The summary
   has it at first (`autofocus`). */

const summary = document.getElementById("error-summary");

document.addEventListener("click", (event) => {
  const link = event.target.closest("#error-summary a, #checks a, a[href='#id_body']");
  if (link?.hash && focusField(link.hash.slice(1))) event.preventDefault();
});

// A link that was followed before this script was there has led to the address of the field only.
if (summary && location.hash) {
  focusField(location.hash.slice(1));
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** Move the focus to a field, or to the first one of a group, and unfold what it is in. Return whether it is there.
 * A field that is hidden for another reason hears of it before (`focus-asked`). */
export function focusField(id) {
  const target = document.getElementById(id);
  if (!target) return false;
  for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  target.dispatchEvent(new Event("focus-asked"));
  const chip = document.querySelector(`[data-stands-for="${CSS.escape(id)}"] button`)
    ?? (target.matches(".has-chips") && target.previousElementSibling.querySelector("input"));
  const input = target.matches("input, select, textarea") ? target : target.querySelector("input:not([type=hidden]), select, textarea");
  (chip || input || target).focus();
  (chip || target).scrollIntoView({ block: "center" });
  return true;
}
