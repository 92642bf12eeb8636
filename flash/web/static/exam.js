// The exam: its forecast, with the words and numbers of `flash exam`, and its day.

import { LONG_TIMEOUT_MS, call, get } from "./api.js";
import { button, deckPath, element, field, runOnce, table, withDates } from "./dom.js";
import { fill, problemText } from "./page.js";
import { word } from "./words.js";

export function showExam(root) {
  return fill(root, word("exam"), async () => {
    const { day, report, problem } = await get("/api/exam", LONG_TIMEOUT_MS);
    const { decks } = day ? { decks: [] } : await get("/api/decks");
    const message = element("p", { class: "message", role: "status" });
    const change = (path, body) => changeExam(root, message, path, { was: day, ...body });
    const parts = report ? forecast(report)
      : [element("p", {}, problem ?? word("no_exam"))];
    return [message, ...parts, dayForm(day, decks, change)];
  });
}

async function changeExam(root, message, path, body) {
  try {
    const { sentence } = await call("POST", path, body, LONG_TIMEOUT_MS);
    await showExam(root);
    root.querySelector(".message")?.append(sentence ?? "");
  } catch (error) {
    message.textContent = problemText(error);
    message.classList.add("alarm");
    message.scrollIntoView({ block: "nearest" });
  }
}

// Sets the exam of a deck; for one that is set, changes its day or removes it.
function dayForm(day, decks, change) {
  const input = element("input", { id: "exam-day", type: "date", required: true,
    value: day });
  const deck = element("select", { id: "exam-deck" },
    element("option", { value: "" }, word("all_decks")),
    decks.map(({ name }) => element("option", { value: name }, deckPath(name))));
  const once = (path, body = {}) => runOnce(form, () => change(path, body));
  const onsubmit = (event) => {
    event.preventDefault();
    once("/api/exam", { date: input.value, deck: day ? "" : deck.value });
  };
  const row = element("div", { class: "row" }, field(word("exam_day"), input),
    day ? null : field(word("deck"), deck),
    element("button", {}, word(day ? "exam_move" : "exam_set")),
    day ? button(word("exam_clear"), () => once("/api/exam/clear")) : null);
  const form = element("form", { class: "panel", onsubmit },
    element("h2", {}, word(day ? "exam_change" : "exam_set")),
    element("p", { class: "hint" }, word("exam_hint")), row);
  return form;
}

function forecast({ title, about, shares, study, head, rows }) {
  return [element("h2", {}, withDates(title)), paragraphs(about), sharesList(shares),
    paragraphs(study), rows.length && table(word("exam_domains"), head, rows, 1)];
}

function paragraphs(lines) {
  return lines.length && element("div", {}, lines.map((line) => element("p", {}, line)));
}

function sharesList(shares) {
  const pairs = shares.map(([name, share]) => element("div", {},
    element("dt", {}, name), element("dd", {}, share)));
  return pairs.length && element("div", { class: "shares" },
    element("p", { class: "hint" }, word("exam_share")), element("dl", {}, pairs));
}
