// Finds cards with the query language; opens, reviews or crams what was found.

import { get, queryOf } from "./api.js";
import { button, deckPath, element, field, withDates } from "./dom.js";
import { showFound } from "./found_card.js";
import { problemOf } from "./page.js";
import { cardPath } from "./session.js";
import { word } from "./words.js";

const LIMIT = 100;
// Of what was found, only the count is spoken at once.
const UNSPOKEN = { "aria-live": "off" };

export async function showSearch(root, params) {
  const input = element("input", { id: "query", type: "search", name: "q",
    value: params.q ?? "", autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", enterkeyhint: "search" });
  const onsubmit = (event) => {
    event.preventDefault();
    const hash = `#/search${queryOf({ q: input.value.trim() })}`;
    if (hash === location.hash) find(input.value, results);
    else location.hash = hash;
  };
  const row = element("div", { class: "row" }, field(word("query"), input),
    element("button", { class: "primary" }, word("search")));
  const form = element("form", { role: "search", class: "search", onsubmit }, row,
    element("p", { class: "hint" }, word("query_help")));
  const results = element("div", { class: "results", "aria-live": "polite" });
  const heading = element("h1", { tabindex: "-1" }, word("search"));
  root.replaceChildren(heading, form, results);
  (params.q ? heading : input).focus({ preventScroll: true });
  if (params.q) await find(params.q, results);
}

async function find(query, results) {
  // The changed card, if it is still found, has the focus again.
  const reload = async (card) => {
    await find(query, results);
    results.querySelector(`[data-card="${CSS.escape(cardPath(card))}"]`)?.focus();
  };
  results.setAttribute("aria-busy", "true");
  try {
    const { cards, total } = await get(`/api/search${queryOf({ q: query, limit: LIMIT })}`);
    results.replaceChildren(...list(query, cards, total, reload));
  } catch (error) {
    results.replaceChildren(problemOf(error));
  }
  results.removeAttribute("aria-busy");
}

function list(query, cards, total, reload) {
  if (!total) return [element("p", {}, word("found_none"))];
  const isPart = cards.length < total;
  const found = isPart ? word("found_first", { shown: cards.length, count: total })
    : word(total === 1 ? "found_one" : "found", { count: total });
  const review = link(word("review_found"), { query });
  const cram = link(word("cram_found"), { query, cram: "1" });
  return [
    element("div", { class: "row found" }, element("p", {}, found), review, cram),
    element("ul", { class: "cards", ...UNSPOKEN }, cards.map((card) => cardItem(card, reload))),
  ];
}

function link(text, params) {
  const href = `#/review${queryOf(params)}`;
  return element("a", { class: "button", href, ...UNSPOKEN }, text);
}

function cardItem(card, reload) {
  const flag = card.flag
    ? element("span", { class: `flag flag-${card.flag}` }, word(`flag_${card.flag}`))
    : null;
  const details = [deckPath(card.deck), card.state, card.due].filter(Boolean);
  // A tap anywhere on the item is one on its button, too.
  const open = button(card.question, null, { class: "open", "data-card": cardPath(card) });
  return element("li", { onclick: () => showFound(card, () => reload(card)) }, element("p", { lang: card.lang || null, dir: "auto" }, open),
    element("p", { class: "hint" }, withDates(details.join(" · ")), flag && " · ", flag));
}
