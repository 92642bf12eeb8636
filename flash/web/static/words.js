// The words of the page, in the language of the server.

import { read, write } from "./database.js";

const KEYS = {
  undo: "u", bury: "b", suspend: "s", type: "t", edit: "e", source: "o", history: "i",
  help: "?",
};
const TERMINAL_NAMES = { source: "link" };

let words = {};

export async function loadWords() {
  try {
    const answer = await fetch("/api/words");
    if (!answer.ok) throw new Error(answer.statusText);
    words = await answer.json();
    await write("words", words).catch(() => {});
  } catch {
    words = (await read("words").catch(() => null)) ?? {};
  }
  document.documentElement.lang = words.lang ?? "en";
}

// The key of an action; `flash config keys` chooses it.
export function keyOf(action) {
  return words.keys?.[TERMINAL_NAMES[action] ?? action] ?? KEYS[action];
}

export function word(name, values = {}) {
  const text = words[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}
