/* Applies a filter with a select as soon as something is chosen. */

for (const form of document.querySelectorAll("form.form-filter:has(select)")) {
  form.classList.add("submits-itself");
  django.jQuery(form).find("select").on("change", () => form.requestSubmit());
}
