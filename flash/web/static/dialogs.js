// Texts and choices that cover the page until they are closed.

import { button, element } from "./dom.js";
import { word } from "./words.js";

export function isDialogOpen() {
  return document.querySelector("dialog[open]") !== null;
}

function openDialog(title, ...content) {
  const close = button(word("close"), () => dialog.close(), { class: "quiet" });
  const heading = element("h2", { id: "dialog-title" }, title);
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" },
    element("header", {}, heading, close), ...content);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function showHistory(lines) {
  const text = element("pre", { tabindex: "0" }, lines.join("\n"));
  openDialog(word("history"), text);
}

export function showKeys() {
  const rows = [
    [word("space"), word("key_reveal")],
    ["1–9", word("key_choose")],
    ["1–4", word("key_rate")],
    ["u", word("key_undo")],
    ["b", word("key_bury")],
    ["s", word("key_suspend")],
    ["o", word("key_source")],
    ["i", word("key_history")],
    ["?", word("key_help")],
  ];
  const list = rows.map(([key, what]) => element("div", {},
    element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)));
  openDialog(word("help"), element("dl", { class: "keys" }, list));
}

export function chooseFlag(present, onchoose) {
  const flags = Array.from({ length: 8 }, (_, flag) => {
    const choose = () => {
      dialog.close();
      onchoose(flag);
    };
    const attributes = { class: `flag flag-${flag}`, "aria-pressed": flag === present };
    attributes["aria-pressed"] = String(flag === present);
    return element("li", {}, button(word(`flag_${flag}`), choose, attributes));
  });
  const dialog = openDialog(word("flag"), element("ul", { class: "flags" }, flags));
}
