// A form of the staff saves as it goes. Without this it is kept when it is looked through.
// 1. All of it goes to the server a moment after each mark and each pause in typing, with a number that grows; the server
//    keeps the latest state. An open form that nobody touches asks for nothing, so that the idle limit ends it.
// 2. What the server has not said to be stored stays on this device, and is sent again by itself.
// 3. Whoever was signed out is told so; what is typed stays, and is put in again after signing in.
"use strict";

(() => {
  const form = document.querySelector("form[data-who]");
  if (!form) return;
  const byId = (id) => document.getElementById(id);
  const state = byId("kept");
  const said = state.dataset;
  const PLACE = `entry ${form.dataset.who} ${location.pathname}`;
  const PAUSE = 700; // milliseconds after the last key
  const PATIENCE = 4000; // without a reply, after which it is said that something is still here
  const GIVE_UP = 15000; // after which a reply is not waited for
  const AGAIN = 3000; // between two tries
  const OWN = ["csrfmiddlewaretoken", "step", "window", "number", "seen"];
  let stored = values();
  let number = Number(form.elements.number.value) - 1; // of the latest state that was sent
  let sending = null;
  let timer = 0;
  let isHere = false; // it was said that something is not saved
  let isOver = false; // signed out, or gone on with elsewhere: nothing is sent any more
  let leaving = false;

  // What somebody else has left on this device is not for whoever is here now.
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("entry ") && !key.startsWith(`entry ${form.dataset.who} `)) sessionStorage.removeItem(key);
  }

  // what is typed
  function values() {
    const found = [...new FormData(form)].filter(([name]) => !OWN.includes(name));
    return Object.fromEntries(found);
  }

  function unsaved() {
    const now = values();
    const names = new Set([...Object.keys(now), ...Object.keys(stored)]);
    return Object.fromEntries([...names].filter((name) => now[name] !== stored[name]).map((name) => [name, now[name] ?? ""]));
  }

  function isUnsaved() {
    return Object.keys(unsaved()).length > 0;
  }

  function keepHere() {
    if (isUnsaved()) sessionStorage.setItem(PLACE, JSON.stringify(unsaved()));
    else sessionStorage.removeItem(PLACE);
  }

  function putIn(kept) {
    for (const [name, value] of Object.entries(kept)) {
      const fields = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
      for (const field of fields) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
        else field.value = value;
      }
    }
  }

  // sending: one at a time, each time all of it
  function send(byItself) {
    clearTimeout(timer);
    sending ||= sendNow(byItself).finally(() => { sending = null; });
    return sending;
  }

  async function sendNow(byItself) {
    const state = values();
    number += 1;
    const body = new URLSearchParams(new FormData(form));
    body.delete("step");
    body.set("number", number);
    const headers = { "X-Filling": "1" };
    if (byItself) headers["X-Background"] = "1"; // a try of the page's own is nobody who is there
    const slow = setTimeout(tellHere, PATIENCE);
    try {
      const reply = await fetch(location.href, { method: "POST", body, headers, signal: AbortSignal.timeout(GIVE_UP) });
      if (reply.ok) return taken(state, await reply.json());
      if (reply.status === 401 || reply.status === 403) return signedOut();
      if (reply.status < 500) return closed(await reply.text());
      return later();
    } catch {
      return later();
    } finally {
      clearTimeout(slow);
    }
  }

  function taken(state, reply) {
    stored = state;
    form.elements.number.value = number;
    keepHere();
    for (const item of form.querySelectorAll(".rating-item")) mend(item, reply.wrong);
    if (isUnsaved()) later(0);
    else tellThere();
    return true;
  }

  function mend(item, wrong) {
    const field = item.querySelector("input, textarea, select");
    const code = field?.name.replace("item-", "");
    const told = item.querySelector(":scope > .not-kept");
    if (!(code in wrong)) return told?.remove();
    if (told?.textContent === wrong[code]) return undefined;
    told?.remove();
    const words = document.createElement("p");
    words.className = "error-text not-kept";
    words.setAttribute("role", "alert");
    item.append(words);
    words.textContent = wrong[code];
    return undefined;
  }

  function later(after = AGAIN) {
    if (after) tellHere();
    clearTimeout(timer);
    if (!isOver) timer = setTimeout(() => send(Boolean(after)), after);
    return false;
  }

  function signedOut() {
    isOver = true;
    keepHere();
    byId("sign-in").href = location.href;
    return show(byId("signed-out"));
  }

  function closed(reply) {
    isOver = true;
    let why = said.again;
    try {
      why = JSON.parse(reply).refused;
    } catch {
      // a page, not a sentence
    }
    byId("closed").querySelector("p").textContent = why;
    sessionStorage.removeItem(PLACE);
    return show(byId("closed"));
  }

  function show(section) {
    say("", "");
    section.hidden = false;
    section.focus();
    section.scrollIntoView({ block: "nearest" });
    return false;
  }

  // what is said of it
  function tellThere() {
    if (isHere) form.dispatchEvent(new Event("change")); // the running total has missed something, too
    say(isHere ? said.back : said.there, "there");
    isHere = false;
  }

  function tellHere() {
    isHere = true;
    say(waits ? said.waits : said.here, "here");
  }

  function say(words, how) {
    if (state.textContent !== words) state.textContent = words;
    state.classList.toggle("there", how === "there");
    state.classList.toggle("here", how === "here");
  }

  // hands
  function touched(pause) {
    if (isOver) return keepHere();
    keepHere();
    if (!isUnsaved() && !sending) return undefined;
    if (!isHere) say("", ""); // nothing is called saved that the server has not stored
    clearTimeout(timer);
    timer = setTimeout(() => send(false), pause);
    return undefined;
  }

  form.addEventListener("input", () => touched(PAUSE));
  form.addEventListener("change", (event) => { if (event.target !== form) touched(0); });

  // Nothing is looked through before all of it is with the server, and whoever fills it in still signed in.
  let waits = false;
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    const button = event.submitter;
    if (waits) return;
    waits = true;
    if (sending) await sending;
    while (!isOver && !(await send(false))) await new Promise((done) => { setTimeout(done, AGAIN); });
    waits = false;
    if (isOver) return;
    leaving = true;
    form.requestSubmit(button);
  });
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved() && !leaving && !isOver) event.preventDefault();
  });
  window.addEventListener("online", () => { if (isUnsaved() && !isOver) send(true); });

  const left = sessionStorage.getItem(PLACE);
  if (left) {
    putIn(JSON.parse(left));
    if (isUnsaved()) {
      form.dispatchEvent(new Event("change"));
      say(said.added, "here");
      send(false);
    } else {
      sessionStorage.removeItem(PLACE);
    }
  } else if (form.querySelector("input:checked:not([checked])")) {
    send(false); // marked before this was loaded
  }
})();
