// The decks with what is due in each, more new cards, cram by tag, decks to start.

import { get, post, queryOf } from "./api.js";
import { button, deckPath, element, field, runOnce, scrollable } from "./dom.js";
import { fill, problemText } from "./page.js";
import { word } from "./words.js";

const DEEPEST = 4;  // deeper decks are indented like these
const MANY = 30;  // more decks leave no room for what stands below them

export function showDecks(root) {
  return fill(root, word("decks"), async () => {
    const [{ decks, notice, bundled }, { tags }] = await Promise.all([
      get("/api/decks"), get("/api/tags"),
    ]);
    const message = element("div", { role: "status", class: "message" });
    const about = notice ? element("p", { class: "hint" }, notice) : "";
    const table = deckTable(decks);
    const start = starters(bundled ?? [], message, () => showDecks(root));
    if (!decks.length) return [message, table, start];
    const forms = [more(), cram(tags), start];
    return [message, about,
      ...(decks.length > MANY ? [...forms, table] : [table, ...forms])];
  });
}

function deckTable(decks) {
  if (!decks.length) return element("p", {}, word("no_decks"));
  const names = [word("new"), word("learning"), word("due")];
  const heads = names.map((name) => element("th", { scope: "col", class: "number" },
    name));
  const head = element("tr", {}, element("th", { scope: "col" }, word("deck")), heads);
  const attributes = { class: "decks", "aria-label": word("decks") };
  return scrollable(element("table", attributes, element("thead", {}, head),
    element("tbody", {}, decks.map(deckRow))));
}

// A deck inside another one comes below it, with the last part of its name.
function deckRow(deck) {
  const parts = deck.name.split("::");
  const level = parts.length - 1;
  const details = [
    deck.overdue ? word("overdue", { count: deck.overdue }) : "",
    deck.buried ? word("buried_count", { count: deck.buried }) : "",
  ].filter(Boolean).join(" · ");
  const cells = ["new", "learning", "due"].map((one) => element("td",
    { class: deck[one] ? `number ${one}` : "number none" }, String(deck[one])));
  const kind = level ? `child level-${Math.min(level, DEEPEST)}` : null;
  return element("tr", { class: kind }, element("th", { scope: "row" },
    element("a", { href: reviewOf(deck.name) }, parts.at(-1)),
    details && element("small", {}, details)), cells);
}

function reviewOf(deck) {
  return `#/review${queryOf({ deck })}`;
}

function more() {
  const input = element("input", { id: "more", type: "number", min: "1", max: "999",
    value: "10", inputmode: "numeric", required: true });
  return actionForm(word("more_title"), field(word("more_new"), input),
    word("more_button"), () => ({ more: input.value }));
}

function cram(tags) {
  const names = tags.map((tag) => tag.name ?? tag);
  if (!names.length) return null;
  const select = element("select", { id: "tag" },
    names.map((name) => element("option", {}, name)));
  const text = element("p", { class: "hint" }, word("cram_text"));
  return actionForm(word("cram_title"), [text, field(word("tag"), select)],
    word("cram_button"), () => ({ query: `tag:${quoted(select.value)}`, cram: "1" }));
}

function quoted(text) {
  return /[\s"():]/.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text;
}

function actionForm(title, content, label, paramsOf) {
  const onsubmit = (event) => {
    event.preventDefault();
    location.hash = `#/review${queryOf(paramsOf())}`;
  };
  const row = element("div", { class: "row" }, ...[content].flat(),
    element("button", {}, label));
  return element("form", { class: "panel", onsubmit }, element("h2", {}, title), row);
}

function starters(bundled, message, reload) {
  if (!bundled.length) return null;
  const items = bundled.map(({ name, title }) => {
    const label = word("start_named", { deck: title ?? name });
    const start = async () => {
      try {
        const { sentence } = await post("/api/decks/start", { deck: name });
        await reload();
        const review = element("a", { class: "button", href: reviewOf(title ?? name) },
          word("review_now"));
        document.querySelector(".message").append(sentence ?? "", review);
      } catch (error) {
        message.textContent = problemText(error);
        message.scrollIntoView({ block: "nearest" });
      }
    };
    const once = button(word("start_deck"), () => runOnce(list, start),
      { "aria-label": label });
    return element("li", {}, element("span", {}, deckPath(title ?? name)), once);
  });
  const list = element("ul", { class: "bundled" }, items);
  return element("section", { class: "panel" }, element("h2", {}, word("bundled")), list);
}
