// Texts and choices that cover the page until they are closed.

import { button, element, runOnce, table } from "./dom.js";
import { keyOf, word } from "./words.js";

const QUIET_MS = 300;

export function isDialogOpen() {
  return document.querySelector("dialog[open]") !== null;
}

// `mayClose()` is false if a tap beside the dialog would lose something.
export function openDialog(title, content, mayClose = () => true) {
  const close = button(word("close"), () => dialog.close(), { class: "quiet" });
  const dialog = element("dialog", { "aria-label": title },
    element("header", {}, element("h2", {}, title), close), content);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    // The second click of two is still meant for what opened the dialog.
    const isSecond = event.timeStamp - openedAt < QUIET_MS;
    if (event.target === dialog && !isSecond && mayClose()) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  const openedAt = performance.now();
  return dialog;
}

export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
}

export function showHistory(rows) {
  const heads = [word("history_answered"), word("history_rating"),
    word("history_interval"), word("history_took")];
  const cells = rows.map((row) => {
    const mark = row.is_undone ? ` · ${word("history_undone")}` : "";
    return [row.answered, row.rating + mark, row.interval, row.took];
  });
  openDialog(word("history"), rows.length ? table(word("history"), heads, cells, 2)
    : element("p", {}, word("no_answers")));
}

export function showKeys() {
  const rows = [
    [word("space"), word("key_reveal")],
    ["1–9", word("key_choose")],
    ["1–4", word("key_rate")],
    [keyOf("undo"), word("key_undo")],
    [keyOf("bury"), word("key_bury")],
    [keyOf("suspend"), word("key_suspend")],
    [keyOf("flag"), word("key_flag")],
    [keyOf("type"), word("key_type")],
    [keyOf("edit"), word("key_edit")],
    [keyOf("source"), word("key_source")],
    [keyOf("history"), word("key_history")],
    [keyOf("help"), word("key_help")],
  ];
  const list = rows.map(([key, what]) => element("div", {},
    element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)));
  openDialog(word("help"), element("dl", { class: "keys" }, list));
}

// `save(text)` returns a sentence that says what is wrong, or nothing; `keep(text)` gets
// a text that is left without saving it.  Once it is saved and the dialog is closed,
// `closed()` is called: what had the focus before may be gone.
export function editText(text, keep, save, closed) {
  const area = element("textarea", { id: "edited", rows: "14", spellcheck: "false",
    "aria-label": word("edit_text"), required: true });
  area.value = text;
  const message = element("p", { class: "message", role: "status" });
  const form = element("form", { class: "form", onsubmit: submit }, area, message,
    element("button", { class: "primary" }, word("save")));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  const dialog = openDialog(word("edit"), form, () => area.value === text);
  let isSaved = false;
  dialog.classList.add("wide");
  dialog.addEventListener("close", () => isSaved || area.value === text || keep(area.value));
  area.focus();
  area.setSelectionRange(0, 0);
  area.scrollTop = 0;

  function submit(event) {
    event.preventDefault();
    runOnce(form, send);
  }

  async function send() {
    const trouble = await save(area.value);
    message.textContent = trouble;
    message.classList.toggle("alarm", Boolean(trouble));
    isSaved = !trouble;
    if (!isSaved) return;
    dialog.close();
    closed();
  }
}

export function chooseFlag(present, onchoose) {
  const choose = (flag) => {
    dialog.close();
    onchoose(flag);
  };
  const flags = Array.from({ length: 8 }, (_, flag) => {
    const attributes = { class: `flag flag-${flag}`, "aria-pressed": flag === present };
    attributes["aria-pressed"] = String(flag === present);
    return element("li", {}, button(word(`flag_${flag}`), () => choose(flag), attributes));
  });
  const dialog = openDialog(word("flag"), element("ul", { class: "flags" }, flags));
  // As in the terminal, a digit follows the key of the flag.
  dialog.addEventListener("keydown", (event) => {
    const isModified = event.ctrlKey || event.metaKey || event.altKey;
    const key = event.key.normalize("NFKC");
    if (isModified || event.repeat || !/^[0-7]$/.test(key)) return;
    event.stopPropagation();  // once the dialog is closed, it would be a rating
    choose(Number(key));
  });
}
