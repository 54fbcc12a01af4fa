// Comforts of the dosing room; the run-sheet works without them.
// 1. Dim, unless the light of this device was asked for.
// 2. The time since the first dose.
// 3. What was typed and is not plausible is asked about in a dialogue, with the focus on the correction.
// 4. Taps: each is put by with its id and its moment before it is sent, and forgotten once the server has it. Without
//    a connection, or after signing in again, it is sent then. The page does not move and keeps what is half typed.
"use strict";

(() => {
  const KEY = "dosing-light";
  const box = document.getElementById("follow-device");

  function apply(follows) {
    document.body.classList.toggle("dim", !follows);
  }

  apply(localStorage.getItem(KEY) === "device");
  if (!box) return;
  box.checked = localStorage.getItem(KEY) === "device";
  box.addEventListener("change", () => {
    localStorage.setItem(KEY, box.checked ? "device" : "dim");
    apply(box.checked);
  });
})();

(() => {
  const sheet = () => document.getElementById("sheet");
  const state = document.getElementById("unsaved");
  if (!sheet() || !state) return;
  const refused = document.getElementById("refused");
  const announced = document.getElementById("announced");
  const PLACE = `taps ${location.pathname}`;
  const AGAIN = 5000; // milliseconds between two tries
  const TWICE = 1500; // a second tap within this is the same one
  let sending = false;
  let skew = 0; // how far this device's clock is behind the server's, where that is more than a moment
  let held = "";

  // the clock
  function setClock() {
    const found = Date.parse(sheet().dataset.now) - Date.now();
    skew = Math.abs(found) > 30000 ? found : 0;
  }

  function now() {
    return new Date(Date.now() + skew);
  }

  function tick() {
    const elapsed = sheet().querySelector("[data-since]");
    if (!elapsed) return;
    const minutes = Math.floor((now() - Date.parse(elapsed.dataset.since)) / 60000);
    const whole = Math.floor(minutes / 60);
    elapsed.textContent = whole ? filled(elapsed.dataset.hours, { hours: whole, minutes: minutes % 60 }) : filled(elapsed.dataset.minutes, { n: minutes });
  }

  // A sentence of the page, with what is put into it.
  function filled(sentence, values) {
    return sentence.replace(/{(\w+)}/g, (_, name) => values[name]);
  }

  // what waits
  function waiting() {
    return JSON.parse(sessionStorage.getItem(PLACE) || "[]");
  }

  function keep(taps) {
    if (taps.length) sessionStorage.setItem(PLACE, JSON.stringify(taps));
    else sessionStorage.removeItem(PLACE);
    tellWaiting(taps);
  }

  function clockOf(tap) {
    return new Date(tap.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  }

  function named(tap) {
    return `${tap.says} (${clockOf(tap)})`;
  }

  function tellWaiting(taps) {
    const late = taps.filter((tap) => tap.tried);
    state.hidden = !late.length;
    if (!late.length) return;
    const said = filled(state.dataset.unsaved, { count: late.length, taps: late.map(named).join(", ") });
    state.textContent = `${said} ${held || state.dataset.waits}`;
  }

  function tellRefused(tap, reason) {
    refused.hidden = false;
    refused.textContent = filled(refused.dataset.refused, { tap: named(tap), reason });
    refused.scrollIntoView({ block: "nearest" });
  }

  // sending
  async function send() {
    if (sending) return;
    sending = true;
    try {
      for (let tap = mine(); tap; tap = mine()) if (!(await sendOne(tap))) break;
    } finally {
      sending = false;
    }
  }

  function mine() {
    return waiting().find((tap) => tap.who === state.dataset.who);
  }

  async function sendOne(tap) {
    const body = new URLSearchParams(tap.body);
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    let answer;
    try {
      answer = await fetch(tap.url, { method: "POST", body, headers: { "X-Tap": "1" } });
    } catch {
      return later("");
    }
    const text = await answer.text();
    if (answer.ok && new URL(answer.url).pathname === location.pathname) {
      forget(tap);
      refused.hidden = true;
      show(text, tap.form);
      return true;
    }
    if (answer.status === 400 || answer.status === 409) {
      forget(tap);
      formOf(tap)?.removeAttribute("data-tapped");
      if (!ask(tap, text)) tellRefused(tap, text.trim());
      return true;
    }
    return later(answer.status >= 500 ? "" : state.dataset.signIn);
  }

  function forget(tap) {
    held = "";
    keep(waiting().filter((other) => other.id !== tap.id));
  }

  function formOf(tap) {
    return [...document.querySelectorAll("form[data-tap]")].find((form) => form.elements.submission_id.value === tap.id);
  }

  // A question: nothing was written. Leaving it leads back to what was typed.
  function ask(tap, text) {
    const asked = new DOMParser().parseFromString(text, "text/html").querySelector("dialog");
    if (!asked) return false;
    document.querySelectorAll("dialog.asked").forEach((other) => other.remove());
    asked.querySelectorAll("form[data-tap]").forEach((form) => {
      form.dataset.of = tap.form;
      form.dataset.at = tap.at;
    });
    document.getElementById("main").append(asked);
    asked.querySelectorAll("[data-close]").forEach((button) => button.addEventListener("click", () => asked.close()));
    asked.addEventListener("close", () => {
      asked.remove();
      if (asked.returnValue !== "sent") document.getElementById(tap.form)?.elements[asked.dataset.field]?.focus();
    });
    refused.hidden = true;
    asked.showModal();
    return true;
  }

  // What could not be sent waits, and with it all that came after it.
  function later(why) {
    held = why;
    keep(waiting().map((tap) => ({ ...tap, tried: true })));
    waiting().forEach(renew);
    return false;
  }

  // The form of a tap that waits is free for the next entry, which is another one.
  function renew(tap) {
    const form = formOf(tap);
    if (!form) return;
    form.reset();
    form.elements.submission_id.value = crypto.randomUUID();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-tap]");
    if (!form) return;
    event.preventDefault();
    if (!form.noValidate && !form.reportValidity()) return;
    const moment = Date.now();
    if (moment - Number(form.dataset.tapped || 0) < TWICE) return;
    form.dataset.tapped = moment;
    const body = new FormData(form);
    body.delete("csrfmiddlewaretoken");
    const at = form.dataset.at || now().toISOString();
    body.set(form.dataset.moment || "happened_at", at);
    const id = form.elements.submission_id.value;
    const tap = { id, at, url: form.action, body: new URLSearchParams(body).toString(), says: form.dataset.tap, form: form.dataset.of || form.id, who: state.dataset.who };
    if (!waiting().some((other) => other.id === id)) keep([...waiting(), tap]);
    form.closest("dialog")?.close("sent");
    send();
  });

  // the sheet as it reads now
  function show(html, sent) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("sheet");
    if (!fresh) return;
    const old = sheet();
    const typed = typedIn(old, sent);
    const open = new Map([...old.querySelectorAll("details[id]")].map((one) => [one.id, one.open && !(sent && one.querySelector(`#${CSS.escape(sent)}`))]));
    const focus = document.activeElement?.id;
    const top = window.scrollY;
    old.replaceWith(fresh);
    typed.forEach((value, id) => { const field = document.getElementById(id); if (field) field.value = value; });
    open.forEach((is, id) => { const one = document.getElementById(id); if (one) one.open = is; });
    if (focus && document.activeElement?.id !== focus) document.getElementById(focus)?.focus({ preventScroll: true });
    window.scrollTo(0, top);
    setClock();
    tick();
    announce();
  }

  function typedIn(place, sent) {
    const fields = [...place.querySelectorAll("form[id] :is(input:not([type=hidden]), textarea, select)[id]")];
    const kept = fields.filter((field) => field.form.id !== sent && field.value !== (field.defaultValue ?? field.querySelector("option[selected]")?.value ?? field.options[0]?.value));
    return new Map(kept.map((field) => [field.id, field.value]));
  }

  function announce() {
    const said = sheet().querySelector("[data-announce]")?.dataset.announce || "";
    if (announced.textContent !== said) announced.textContent = said;
  }

  async function refresh() {
    if (sending || waiting().length) return;
    try {
      const answer = await fetch(location.pathname, { headers: { "X-Tap": "1", "X-Background": "1" } });
      if (answer.ok && new URL(answer.url).pathname === location.pathname && !sending) show(await answer.text(), "");
    } catch {
      // no connection: the next round tries again
    }
  }

  setClock();
  tick();
  announce();
  tellWaiting(waiting());
  send();
  window.setInterval(tick, 5000);
  window.setInterval(send, AGAIN);
  window.setInterval(refresh, 60000);
  window.addEventListener("online", send);
  window.addEventListener("beforeunload", (event) => { if (waiting().length) event.preventDefault(); });
})();
