/* Applies a filter with a select as soon as something is chosen. */

import { isPristine } from "./form-state.js";

for (const form of document.querySelectorAll("form.form-filter:has(select)")) {
  // What was chosen before this script has run, or filled in by the browser, is applied by the button.
  form.classList.toggle("submits-itself", isPristine(form));
  django.jQuery(form).find("select").on("change", () => form.requestSubmit());
}
