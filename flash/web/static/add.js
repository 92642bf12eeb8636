// Adds a card with a question, an answer, a deck and tags.

import { get, post } from "./api.js";
import { element, field, runOnce } from "./dom.js";
import { fill, problemText } from "./page.js";
import { word } from "./words.js";

// The form is kept while other pages are open, with a card that was not added yet.
let kept = null;

export function showAdd(root) {
  return fill(root, word("add_title"), async () => {
    const { decks } = await get("/api/decks");
    kept ??= addForm();
    kept.offer(decks.map((deck) => deck.name));
    return [kept.form];
  });
}

function addForm() {
  const question = element("textarea", { id: "question", rows: "3", required: true });
  const answer = element("textarea", { id: "answer", rows: "5" });
  const deck = element("input", { id: "deck", type: "text", required: true,
    list: "deck-names", autocomplete: "off" });
  const tags = element("input", { id: "tags", type: "text", autocomplete: "off",
    autocapitalize: "off", spellcheck: "false" });
  const names = element("datalist", { id: "deck-names" });
  const message = element("p", { class: "message", role: "status" });
  const form = element("form", { class: "form", onsubmit: submit }, message,
    field(word("card_question"), question, word("markdown")),
    field(word("card_answer"), answer, word("cloze_help")), field(word("deck"), deck),
    names, field(word("tags"), tags, word("tags_help")),
    element("button", { class: "primary" }, word("add_button")));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return { form, offer };

  function offer(decks) {
    names.replaceChildren(...decks.map((name) => element("option", { value: name })));
    deck.value ||= decks[0] ?? "";
    message.textContent = "";
  }

  function submit(event) {
    event.preventDefault();
    runOnce(form, send);
  }

  async function send() {
    const body = { question: question.value, answer: answer.value, deck: deck.value,
      tags: tags.value.split(/[\s,、，]+/).filter(Boolean) };
    try {
      const { sentence } = await post("/api/cards", body);
      message.textContent = sentence;
      message.classList.remove("alarm");
      question.value = answer.value = "";
      question.focus({ preventScroll: true });
    } catch (error) {
      message.textContent = problemText(error);
      message.classList.add("alarm");
    }
    message.scrollIntoView({ block: "nearest" });
  }
}
