/* Applies a filter as soon as something is chosen in it. */

for (const form of document.querySelectorAll("form.form-filter:has(select)")) {
  form.classList.add("applies-itself");
  django.jQuery(form).find("select").on("change", () => form.requestSubmit());
}
