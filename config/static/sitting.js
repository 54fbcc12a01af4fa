// A patient's sitting. Without it the items come one to a page.
// 1. All items are on the page: one is shown, or all are, and the next comes without asking the server.
// 2. Each answer is kept on this device, with a number that grows, until the server has said that it is stored. It is
//    sent again by itself, in order; of two to one item the later one counts.
// 3. An answer that calls for it shows whom to call, from the page itself.
// 4. What is sent in brings what comes next into this page: the next questionnaire, or the end.
"use strict";

const LINK = "sitting link"; // where this device can go on, should the sitting end
const byId = (id) => document.getElementById(id);

function arrive(first = true) {
  if (document.querySelector("[data-landing]")) sessionStorage.setItem(LINK, location.pathname);
  if (document.querySelector("[data-done]")) {
    for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith("sitting "))) sessionStorage.removeItem(key);
  }
  const sheet = byId("sheet");
  if (sheet) ask(sheet, first);
}

// Puts the main part of another page in the place of this one, where a reader's voice goes on with its heading.
function swap(page, address) {
  byId("main").replaceWith(document.adoptNode(page.getElementById("main")));
  history.pushState(null, "", address);
  arrive(false);
  if (byId("sheet")) return;
  window.scrollTo(0, 0);
  const heading = document.querySelector("#main h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

// ``first``: why it is asked has a screen of its own. Of one that follows another it stands above the first question.
function ask(sheet, first) {
  const gone = new AbortController(); // ends what this questionnaire listens to, once another is in its place
  const said = byId("said").dataset;
  const questions = [...sheet.querySelectorAll(".question")];
  const SKIPS = JSON.parse(byId("skips").textContent);
  const KEPT = `sitting ${sheet.dataset.id}`;
  const PATIENCE = 4000; // milliseconds without a reply after which it is said that an answer is still here
  const GIVE_UP = 15000; // after which a reply is not waited for
  const AGAIN = 3000; // between two tries
  const TOLD_FOR = 6000; // how long it is said that the connection is back
  const GLANCE = 250; // between a tap and the next question, so that the choice is seen

  let at = Number(sheet.dataset.resume) - 1;
  const begunAt = at;
  let sending = false;
  let timer = 0;
  let isHere = false; // it was said that something is not sent yet
  let sentSince = 0; // answers since then
  let leaving = false;

  // what is kept on this device
  function kept() {
    const found = JSON.parse(sessionStorage.getItem(KEPT) || "null") || { number: 0, unsent: [] };
    return { number: Math.max(found.number, Number(sheet.dataset.number)), unsent: found.unsent };
  }

  function store(state) {
    if (state.unsent.length) sessionStorage.setItem(KEPT, JSON.stringify(state));
    else sessionStorage.removeItem(KEPT);
    sheet.dataset.number = state.number;
  }

  function keep(question, value) {
    const state = kept();
    const item = question.dataset.item;
    state.number += 1;
    // What was changed before it went need not go, unless it calls for help: that rings, also where it is taken back.
    state.unsent = state.unsent.filter((one) => one.item !== item || isDark(one));
    state.unsent.push({ item, value, number: state.number });
    store(state);
    question.toggleAttribute("data-seen", true);
    if (callsForHelp(question, value)) showCrisis();
    if (!isHere) say("", ""); // nothing is called saved that the server has not stored
    send();
  }

  // sending
  async function send() {
    if (sending) return;
    sending = true;
    try {
      for (let next = kept().unsent[0]; next; next = kept().unsent[0]) if (!(await sendOne(next))) break;
    } finally {
      sending = false;
      tell();
    }
  }

  async function sendOne(answer) {
    const slow = setTimeout(() => tellHere(), PATIENCE);
    let reply;
    try {
      const body = new URLSearchParams({ item: answer.item, number: answer.number, [`item-${answer.item}`]: answer.value });
      body.set("csrfmiddlewaretoken", byId("answers").elements.csrfmiddlewaretoken.value);
      reply = await fetch(sheet.dataset.send, { method: "POST", body, signal: AbortSignal.timeout(GIVE_UP) });
      if (reply.ok) return stored(answer, await reply.json());
    } catch {
      return later();
    } finally {
      clearTimeout(slow);
    }
    if (reply.status === 400) return refused(answer, (await reply.json()).refused);
    if (reply.status === 409) return closed();
    if (reply.status === 404 || reply.status === 403) return ended();
    return later();
  }

  function stored(answer, reply) {
    forget(answer);
    if (isHere) sentSince += 1;
    if (reply.concern) showCrisis();
    return true;
  }

  function forget(answer) {
    const state = kept();
    state.unsent = state.unsent.filter((one) => one.number !== answer.number);
    store(state);
  }

  function later() {
    tellHere();
    clearTimeout(timer); // one try at a time, however many answers wait
    timer = setTimeout(send, AGAIN);
    return false;
  }

  function refused(answer, why) {
    forget(answer);
    const question = questions.find((one) => one.dataset.item === answer.item);
    question.toggleAttribute("data-seen", false);
    problem(question, why);
    show(questions.indexOf(question));
    return true;
  }

  function closed() {
    leaving = true;
    location.assign(location.pathname); // the server says what became of it
    return false;
  }

  function ended() {
    for (const id of ["intro", "answers", "review"]) byId(id).remove(); // whoever looks now may be somebody else
    byId("crisis-place").replaceChildren();
    sheet.hidden = true;
    byId("ended-here").hidden = !kept().unsent.length;
    const link = sessionStorage.getItem(LINK);
    byId("same-link").hidden = !link;
    if (link) byId("same-link").href = link;
    leaving = true;
    byId("ended").hidden = false;
    byId("ended").focus();
    return false;
  }

  // what is said of it
  function tell() {
    const count = kept().unsent.length;
    if (count || !questions.some((one) => one.hasAttribute("data-seen"))) return;
    if (isHere) {
      say(said.back.replace("{n}", sentSince), "there");
      setTimeout(() => { if (!isHere) say(said.there, "there"); }, TOLD_FOR);
    } else {
      say(said.there, "there");
    }
    isHere = false;
    sentSince = 0;
    document.querySelectorAll(".crisis .unseen").forEach((one) => one.remove());
  }

  function tellHere() {
    const count = kept().unsent.length;
    if (!count) return;
    isHere = true;
    say(count === 1 ? said.here : said.hereAll.replace("{n}", count), "here");
    const crisis = document.querySelector(".crisis");
    if (!crisis || crisis.querySelector(".unseen") || !kept().unsent.some(isDark)) return;
    const unseen = document.createElement("p");
    unseen.className = "unseen";
    unseen.textContent = said.unseen;
    crisis.append(unseen);
  }

  function say(words, state) {
    for (const where of [byId("where"), byId("where-all")]) {
      if (where.textContent !== words) where.textContent = words;
      where.classList.toggle("there", state === "there");
      where.classList.toggle("here", state === "here");
    }
  }

  // safety
  function isDark(answer) {
    const question = questions.find((one) => one.dataset.item === answer.item);
    return callsForHelp(question, answer.value);
  }

  // Left out is no denial: it shows them as an answer at or above the threshold does.
  function callsForHelp(question, value) {
    if (question.dataset.review === undefined) return false;
    return value === "" || Number(value) >= Number(question.dataset.review);
  }

  function showCrisis() {
    const place = byId("crisis-place");
    if (place.querySelector(".crisis")) return;
    place.append(byId("crisis").content.cloneNode(true));
    place.scrollIntoView({ block: "start" });
  }

  // which items are asked
  function valueOf(question) {
    const picked = question.querySelector("input[type=radio]:checked");
    if (picked) return picked.value;
    const field = question.querySelector("textarea, select, input:not([type=radio])");
    return field ? field.value.trim() : "";
  }

  function applies(skip) {
    let total = 0;
    for (const code of skip.when) {
      const value = valueOf(questions.find((one) => one.dataset.item === code));
      if (value === "" || Number.isNaN(Number(value))) return false;
      total += Number(value);
    }
    return (skip.at_most === null || total <= skip.at_most) && (skip.at_least === null || total >= skip.at_least);
  }

  function spared() {
    return new Set(SKIPS.filter(applies).flatMap((skip) => skip.items));
  }

  function asked() {
    const away = spared();
    return questions.filter((one) => !away.has(one.dataset.item) || (isAnswered(one) && !isStruck(one)));
  }

  function isStruck(question) {
    return SKIPS.filter(applies).some((skip) => skip.strikes && skip.items.includes(question.dataset.item));
  }

  function isAnswered(question) {
    return valueOf(question) !== "";
  }

  // moving
  function show(index) {
    at = index;
    byId("intro").hidden = first || at !== begunAt;
    byId("intro").classList.toggle("above", !first);
    byId("review").hidden = true;
    sheet.hidden = false;
    const now = asked();
    const all = byId("all-at-once").checked;
    questions.forEach((one, place) => { one.hidden = all ? !now.includes(one) : place !== at; });
    sheet.classList.toggle("all", all);
    byId("back").hidden = all;
    byId("skip").parentElement.hidden = all;
    count();
    restAsk();
    const target = questions[at];
    if (all) target.scrollIntoView({ block: "nearest" });
    else window.scrollTo(0, 0);
    (target.querySelector("input:checked, textarea, input[type=number], input[type=text]") || target).focus({ preventScroll: true });
  }

  function count() {
    const all = byId("all-at-once").checked;
    const place = byId("place");
    const done = asked().filter(isAnswered).length;
    const words = all ? place.dataset.wordsAll.replace("{n}", done) : place.dataset.words.replace("{n}", at + 1);
    place.textContent = words.replace("{all}", questions.length);
    byId("progress").value = all ? done : at + 1;
  }

  function restAsk() {
    const again = questions[at].querySelector(".asks-again");
    const skip = byId("skip");
    skip.dataset.first ||= skip.textContent;
    if (again) again.hidden = true;
    skip.textContent = skip.dataset.first;
    skip.dataset.asked = "";
  }

  function goOn() {
    if (byId("all-at-once").checked) return review();
    const question = questions[at];
    if (!isAnswered(question)) return problem(question, question.querySelector("input[type=radio]") ? said.empty : said.emptyText);
    const next = asked().find((one) => questions.indexOf(one) > at);
    return next ? show(questions.indexOf(next)) : review();
  }

  function goDown(question) {
    const now = asked();
    const next = now[now.indexOf(question) + 1];
    if (next) (next.querySelector("input:checked, input, textarea, select") || next).focus();
    else byId("next").focus();
  }

  function goBack() {
    const before = asked().filter((one) => questions.indexOf(one) < at).pop();
    if (before) return show(questions.indexOf(before));
    sheet.hidden = true;
    byId("intro").classList.remove("above");
    byId("intro").hidden = false;
    byId("begin").focus();
  }

  function leaveOut() {
    const question = questions[at];
    const again = question.querySelector(".asks-again");
    const skip = byId("skip");
    if (again && !skip.dataset.asked) {
      again.hidden = false;
      skip.textContent = skip.dataset.again;
      skip.dataset.asked = "1";
      return;
    }
    question.querySelectorAll("input[type=radio]").forEach((radio) => { radio.checked = false; });
    const field = question.querySelector("textarea, select, input:not([type=radio])");
    if (field) field.value = "";
    problem(question, "");
    keep(question, "");
    const next = asked().find((one) => questions.indexOf(one) > at);
    if (next) show(questions.indexOf(next));
    else review();
  }

  function problem(question, words) {
    const place = question.querySelector(".error-text");
    place.textContent = words || "";
    place.hidden = !words;
  }

  // the end
  function review() {
    sheet.hidden = true;
    const gaps = asked().filter((one) => one.dataset.required !== undefined && !isAnswered(one));
    const kind = gaps.length === 0 ? "none" : gaps.length === 1 ? "one" : "many";
    for (const words of byId("review-head").children) words.textContent = words.dataset[kind].replace("{n}", gaps.length);
    byId("left-out").replaceChildren(...gaps.map(wayBack));
    byId("left-out").hidden = !gaps.length;
    byId("review").hidden = false;
    window.scrollTo(0, 0);
    byId("review-head").focus({ preventScroll: true });
  }

  function wayBack(question) {
    const row = document.createElement("li");
    const way = document.createElement("button");
    way.type = "button";
    way.className = "button link";
    way.textContent = `${question.dataset.number}. ${question.querySelector("h1").textContent}`;
    way.lang = question.querySelector("[lang]")?.lang || "";
    way.addEventListener("click", () => show(questions.indexOf(question)));
    row.append(way);
    return row;
  }

  // Nothing is sent in before each answer is with the server: then it is sent as soon as they are, and again until the
  // server has said what became of it. Sending twice stores it once.
  async function sendIn(event) {
    event.preventDefault();
    const button = event.submitter;
    button.disabled = true;
    while (!leaving && byId("ended").hidden) {
      await send();
      if (!kept().unsent.length && (await handedIn())) return;
      await new Promise((done) => { setTimeout(done, AGAIN); });
    }
  }

  async function handedIn() {
    const form = byId("send");
    let reply, page;
    try {
      reply = await fetch(form.action, { method: "POST", body: new FormData(form), signal: AbortSignal.timeout(GIVE_UP) });
      page = new DOMParser().parseFromString(await reply.text(), "text/html");
    } catch {
      reply = null;
    }
    if (reply && (reply.status === 404 || reply.status === 403)) {
      ended();
      return true;
    }
    if (!reply || !reply.ok) {
      say(said.notIn, "here");
      return false;
    }
    leaving = true;
    gone.abort();
    swap(page, reply.url);
    return true;
  }

  // hands
  sheet.addEventListener("change", (event) => {
    const question = event.target.closest(".question");
    if (!question) return event.target.closest("#ways") && choose();
    problem(question, "");
    keep(question, valueOf(question));
    if (byId("all-at-once").checked) show(questions.indexOf(question));
  });
  sheet.addEventListener("click", (event) => {
    const radio = event.target.closest("input[type=radio]");
    if (!radio || !event.detail || !byId("by-tap").checked || byId("all-at-once").checked) return; // by keyboard: 0
    const question = radio.closest(".question");
    if (callsForHelp(question, radio.value)) return; // what is shown then is to be read
    setTimeout(() => { if (questions[at] === question && !sheet.hidden) goOn(); }, GLANCE);
  });
  byId("answers").addEventListener("submit", (event) => {
    event.preventDefault();
    goOn();
  });
  byId("back").addEventListener("click", goBack);
  byId("skip").addEventListener("click", leaveOut);
  byId("back-to-items").addEventListener("click", () => show(at));
  byId("send").addEventListener("submit", sendIn);
  byId("begin").addEventListener("click", (event) => {
    event.preventDefault();
    show(at);
  });
  const whileHere = { signal: gone.signal };
  document.addEventListener("keydown", (event) => {
    if (sheet.hidden || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    if (event.target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
    const question = event.target.closest?.(".question") || questions[at];
    const radio = question.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
    if (!radio) return problem(question, said.noSuch.replace("{n}", event.key));
    event.preventDefault();
    radio.focus();
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }, whileHere);
  document.addEventListener("keydown", (event) => {
    if (sheet.hidden || event.key !== "Enter" || !event.target.matches(".question, .question input[type=radio]")) return;
    event.preventDefault();
    if (byId("all-at-once").checked) goDown(event.target.closest(".question"));
    else goOn();
  }, whileHere);
  window.addEventListener("online", send, whileHere);
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && kept().unsent.length) event.preventDefault();
  }, whileHere);

  // how the questions come: this device remembers
  function choose() {
    localStorage.setItem("sitting ways", JSON.stringify({ tap: byId("by-tap").checked, all: byId("all-at-once").checked }));
    show(at);
  }

  const ways = JSON.parse(localStorage.getItem("sitting ways") || "null");
  if (ways) {
    byId("by-tap").checked = ways.tap;
    byId("all-at-once").checked = ways.all;
  }
  if (!first) show(at);
  for (const answer of kept().unsent) restore(answer); // the page was loaded anew before they had gone
  if (kept().unsent.length) {
    show(at);
    tellHere();
    send();
  }

  function restore(answer) {
    const question = questions.find((one) => one.dataset.item === answer.item);
    if (!question) return;
    question.toggleAttribute("data-seen", true);
    for (const field of question.querySelectorAll("input, textarea, select")) {
      if (field.type === "radio") field.checked = field.value === answer.value;
      else field.value = answer.value;
    }
    if (callsForHelp(question, answer.value)) showCrisis();
  }
}

window.addEventListener("popstate", () => location.reload());
arrive();
