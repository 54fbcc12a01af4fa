// Comforts of the staff's entry pages; both work without it.
// 1. A copy button beside the patient's link.
// 2. A warning before a half-filled sheet is left that does not save as it goes.
"use strict";

(() => {
  document.querySelectorAll("[data-copies]").forEach((button) => {
    const field = document.getElementById(button.dataset.copies);
    field.addEventListener("focus", () => field.select());
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      button.textContent = document.getElementById("words").dataset.copied;
    });
  });
})();

(() => {
  const sheet = document.querySelector("form.rating-form:not([data-who])");
  if (!sheet) return;
  let touched = false;
  sheet.addEventListener("change", () => { touched = true; });
  sheet.addEventListener("submit", () => { touched = false; });
  window.addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
})();
