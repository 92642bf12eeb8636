// What the pages beside the review share: waiting, errors, a way to try again.

import { Offline } from "./api.js";
import { button, element, scrollable } from "./dom.js";
import * as outbox from "./outbox.js";
import { word } from "./words.js";

// Fills a page with what `load` returns; shows an error with a button to try again.
export async function fill(root, title, load) {
  const heading = element("h1", { tabindex: "-1" }, title);
  try {
    root.replaceChildren(heading, ...(await load()).filter(Boolean));
  } catch (error) {
    if (error.status === 401) return;
    const isOffline = error instanceof Offline;
    const again = button(word("retry"), () => fill(root, title, load),
      { class: isOffline ? "offline" : null });
    root.replaceChildren(heading, problemOf(error), again);
  }
  // What had the focus, such as a button that was pressed, may be gone.
  heading.focus({ preventScroll: true });
}

// Shows an error; indented lines, such as a query above a caret, stay below each other.
export function problemOf(error) {
  const text = problemText(error);
  const attributes = { class: "alarm", role: "alert" };
  const parts = text.match(/(?:^ .*\n?)+|^.+$/gm) ?? [];
  return element("div", attributes, parts.map((part) => (part.startsWith(" ")
    ? scrollable(element("pre", {}, part.trimEnd())) : element("p", {}, part))));
}

// `offline` names the sentence that says that the network is missing.
export function problemText(error, offline = "needs_network") {
  if (error instanceof Offline) {
    outbox.sendLater(error);
    return word(offline);
  }
  const mark = error.message.includes("\n") ? "\n" : " · ";
  return [error.message, error.hint].filter(Boolean).join(mark);
}
