// The words of the page, in the language of the server.

import { read, write } from "./database.js";

const KEYS = {
  undo: "u", bury: "b", suspend: "s", flag: "f", type: "t", edit: "e", source: "o",
  history: "i", help: "?",
};
const TERMINAL_NAMES = { source: "link" };

const PATIENCE_MS = 2_500;

let words = {};

// Returns whether the server answered; without an answer the words are those of last time.
export async function loadWords() {
  const kept = read("words").catch(() => null);
  const late = new Promise((_resolve, reject) => {
    setTimeout(async () => (await kept) && reject(new Error("late")), PATIENCE_MS);
  });
  let isFresh = true;
  try {
    const answer = await Promise.race([fetch("/api/words"), late]);
    if (!answer.ok) throw new Error(answer.statusText);
    words = await answer.json();
    await write("words", words).catch(() => {});
  } catch {
    isFresh = false;
    words = (await kept) ?? {};
  }
  document.documentElement.lang = words.lang ?? "en";
  return isFresh;
}

// The key of an action; `flash config keys` chooses it.
export function keyOf(action) {
  return words.keys?.[TERMINAL_NAMES[action] ?? action] ?? KEYS[action];
}

export function word(name, values = {}) {
  const text = words[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}
