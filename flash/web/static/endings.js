// What a review shows instead of a card: why there is none, and where to go on.

import { get, isFinal, queryOf } from "./api.js";
import { element } from "./dom.js";
import * as outbox from "./outbox.js";
import { word } from "./words.js";

// Returns the lines and links at the end.  `hasAnswered` is true if cards were answered:
// then a query such as `is:due` finds none any more.
export function endOf({ name, done_today: count, is_empty: isEmpty }, choice, hasAnswered) {
  const more = link("more_title", "#/decks");
  if (isEmpty && !hasAnswered) {
    return choice.query ? { lines: [word("found_none"), choice.query], links: waysOut(choice) }
      : { lines: [word("no_cards"), word("no_cards_hint")],
        links: [link("decks", "#/decks"), link("add", "#/add")] };
  }
  if (name) return { lines: [word(count ? "cram_done" : "cram_none")], links: [more] };
  // Without network only the cards of this review are known.
  const isWhole = outbox.isOffline() && !choice.deck && !choice.query;
  const done = isWhole ? [word("done_today", { count })] : [];
  const end = word(choice.deck || choice.query ? "some_done" : "all_done");
  return { lines: [end, ...done, dayStatus()], links: [more] };
}

// How the day went and what comes tomorrow, for all cards; nothing without network.
function dayStatus() {
  const status = element("div", { role: "status" });
  const show = ({ lines }) => status.append(...lines.map((line) => element("p", {}, line)));
  if (!outbox.isOffline()) get("/api/day").then(show).catch(() => {});
  return status;
}

// Whether the server refused these cards for a reason that stays.
export function isRefusal(problem) {
  return isFinal(problem) && problem.status < 500;
}

// Where a query or a deck that finds nothing can be replaced by another one.
export function waysOut({ query }) {
  const search = query ? [link("search", `#/search${queryOf({ q: query })}`)] : [];
  return [...search, link("decks", "#/decks")];
}

function link(name, href) {
  return element("a", { class: "button", href }, word(name));
}
