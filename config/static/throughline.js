// Two comforts; every page works without them.
// 1. Chart marks say their aria-label on hover, on tap, and with the arrow keys once the chart has focus.
// 2. On the rating page a digit picks an anchor, Enter goes to the next item. A digit that the item does not have is
//    refused aloud, and Enter does not pass over it.
"use strict";

(() => {
  const MARK = '[role="graphics-symbol"][aria-label]';
  let tip = null;

  function tooltip() {
    if (!tip) {
      tip = document.createElement("div");
      tip.className = "tooltip";
      tip.setAttribute("role", "status");
      document.body.append(tip);
    }
    return tip;
  }

  function show(mark) {
    const box = mark.getBoundingClientRect();
    const bubble = tooltip();
    bubble.hidden = false;
    bubble.textContent = mark.getAttribute("aria-label");
    const middle = box.left + box.width / 2 - bubble.offsetWidth / 2;
    const left = Math.max(8, Math.min(middle, document.documentElement.clientWidth - bubble.offsetWidth - 8));
    const above = box.top - bubble.offsetHeight - 8;
    bubble.style.left = `${left}px`;
    bubble.style.top = `${above > 8 ? above : box.bottom + 8}px`;
  }

  function hide() {
    if (tip) tip.hidden = true;
  }

  function marksOf(region) {
    return [...region.querySelectorAll(MARK)];
  }

  function step(region, by) {
    const marks = marksOf(region);
    if (!marks.length) return;
    const at = marks.findIndex((mark) => mark.classList.contains("looked-at"));
    const next = marks[Math.max(0, Math.min(marks.length - 1, at < 0 ? 0 : at + by))];
    marks.forEach((mark) => mark.classList.toggle("looked-at", mark === next));
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(next);
  }

  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest?.(`.chart ${MARK}, .sparkline ${MARK}`);
    if (mark) show(mark);
    else hide();
  });
  document.addEventListener("focusout", (event) => {
    if (!event.target.closest?.(".chart")) return;
    document.querySelectorAll(".looked-at").forEach((mark) => mark.classList.remove("looked-at"));
    hide();
  });
  document.addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hide();
    const region = event.target.matches?.(".chart > .scroll") ? event.target : null;
    if (!region || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    step(region, event.key === "ArrowRight" ? 1 : -1);
  });
})();

(() => {
  const TYPING = "textarea, select, input:not([type=radio]):not([type=checkbox])";

  // What is said stands in the page, in its language.
  function said() {
    return document.getElementById("words").dataset;
  }

  function itemsOf(form) {
    return [...form.querySelectorAll(".rating-item")];
  }

  // Another answer may have made an item needless: then it says so.
  function isAsked(item) {
    return !item.querySelector(":scope > .spared:not(:empty)");
  }

  function current(form, target) {
    return target.closest(".rating-item") || itemsOf(form).find((item) => isAsked(item) && !item.querySelector(":checked"));
  }

  function focusItem(item) {
    (item.querySelector("input:checked") || item.querySelector("input")).focus();
    item.scrollIntoView({ block: "nearest" });
  }

  function pick(item, digit) {
    const radio = item.querySelector(`input[type=radio][value="${digit}"]`);
    if (!radio) return refuse(item, digitsOf(item, digit));
    radio.focus();
    radio.checked = true;
    return radio.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function digitsOf(item, digit) {
    const all = [...item.querySelectorAll("input[type=radio]")].map((radio) => radio.value);
    const allowed = new Intl.ListFormat(document.documentElement.lang, { type: "disjunction" }).format(all);
    return said().noDigit.replace("{digit}", digit).replace("{digits}", allowed);
  }

  // Said as an alert, anew each time, so that it is heard each time.
  function refuse(item, words) {
    settle(item);
    const refusal = document.createElement("p");
    refusal.className = "error-text refused-key";
    refusal.setAttribute("role", "alert");
    item.append(refusal);
    refusal.textContent = words;
    (item.querySelector("input:checked") || item.querySelector("input")).focus();
    item.scrollIntoView({ block: "nearest" });
  }

  function settle(item) {
    item.querySelector(":scope > .refused-key")?.remove();
  }

  // What keeps Enter from going on: a digit that was refused, or a number that cannot be.
  function obstacle(item) {
    const refusal = item.querySelector(":scope > .refused-key");
    if (refusal) return refusal.textContent;
    const field = item.querySelector("input[type=number]");
    if (!field || field.checkValidity()) return "";
    if (field.validity.badInput || field.validity.stepMismatch) return said().noNumber;
    return said().between.replace("{min}", field.min).replace("{max}", field.max);
  }

  function goOn(form, item) {
    const stands = obstacle(item);
    if (stands) return refuse(item, stands);
    const items = itemsOf(form);
    const next = items.slice(items.indexOf(item) + 1).find(isAsked);
    if (next) return focusItem(next);
    return form.querySelector("button[type=submit]:not([formnovalidate])")?.focus();
  }

  document.addEventListener("change", (event) => {
    const item = event.target.closest?.(".rating-item");
    if (item) settle(item);
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form.rating-form") || (event.target === document.body && document.querySelector("form.rating-form"));
    if (!form || event.ctrlKey || event.metaKey || event.altKey) return;
    const typesANumber = event.target.matches(".rating-item input");
    if (event.target.matches(TYPING) && !(typesANumber && event.key === "Enter")) return;
    const item = current(form, event.target);
    if (!item) return;
    if (/^[0-9]$/.test(event.key)) {
      event.preventDefault();
      pick(item, event.key);
    } else if (event.key === "Enter" && !event.target.matches("button, a, summary")) {
      event.preventDefault();
      goOn(form, item);
    }
  });
})();
