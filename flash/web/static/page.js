// What the pages beside the review share: waiting, errors, a way to try again.

import { Offline } from "./api.js";
import { button, element } from "./dom.js";
import * as outbox from "./outbox.js";
import { word } from "./words.js";

// Fills a page with what `load` returns; shows an error with a button to try again.
export async function fill(root, title, load) {
  const heading = element("h1", { tabindex: "-1" }, title);
  try {
    root.replaceChildren(heading, ...(await load()).filter(Boolean));
  } catch (error) {
    if (error.status === 401) return;
    const again = button(word("retry"), () => fill(root, title, load));
    root.replaceChildren(heading, element("p", { role: "alert" }, problemText(error)),
      again);
  }
}

export function problemText(error) {
  if (!(error instanceof Offline)) {
    return [error.message, error.hint].filter(Boolean).join(" · ");
  }
  outbox.sendLater();
  return word("needs_network");
}
