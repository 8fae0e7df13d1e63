/* Shows the image that was chosen, before it is saved. */

const shown = document.getElementById("chosen-picture");

// Select2 tells of a choice through jQuery alone.
django.jQuery("#id_image").on("change", async ({ target }) => {
  const url = target.value && shown.dataset.url.replace("/0/", `/${target.value}/`);
  const response = url ? await fetch(url) : null;
  shown.innerHTML = response?.ok && !response.redirected ? await response.text() : "";
});
