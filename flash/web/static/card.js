// A card as it is shown: the question, its choices or a field to type in, the answer.

import { button, element, rendered } from "./dom.js";
import { isConverting } from "./keys.js";
import { word } from "./words.js";

export class CardView {
  constructor(card, note, { onEnter }) {
    this.card = card;
    // The choices in the order in which they are shown; each reply has an order of its own.
    this.options = card.choices ?? [];
    this.right = card.correct ?? [];
    this.note = note;
    this.chosen = new Set();
    this.isShown = false;
    this.question = part("question", card);
    this.question.append(rendered(card.question, { id: "question-text" }));
    this.choices = card.choices ? this.makeChoices() : null;
    this.onEnter = onEnter;
    this.input = card.typed ? this.makeInput() : null;
    this.comparison = element("div", { class: "comparison", dir: "auto", hidden: true });
    this.answer = part("answer", card);
    this.answer.hidden = true;
    this.marks = element("ul", { class: "marks" });
    this.showMarks(card);
    this.element = element("article", { class: "card" }, this.marks, this.question,
      this.choices, this.input && this.form, this.comparison, this.answer);
  }

  // Takes over a newer state of the card.  Returns false if that has to be asked anew: its
  // question or choices are others than those that are shown.
  take(card) {
    if (!this.isShown && askedBy(card) !== askedBy(this.card)) return false;
    this.card = card;
    this.showMarks(card);
    return true;
  }

  showMarks({ flag, leech, ahead }) {
    const name = flag ? word("flagged", { flag: word(`flag_${flag}`) }) : "";
    const marks = [
      flag && element("li", { class: `flag flag-${flag}` }, name),
      leech && element("li", {}, word("leech")),
      ahead && element("li", {}, word("ahead")),
    ].filter(Boolean);
    this.marks.replaceChildren(...marks);
    this.marks.hidden = !marks.length;
  }

  makeChoices() {
    const items = this.options.map((html, index) => {
      const text = rendered(html, { class: "text", dir: "auto" });
      const number = element("kbd", { "aria-hidden": "true" }, String(index + 1));
      const choose = (event) => {
        this.choose(index);
        // After a click, keys belong to the card again.
        if (event.detail) this.focus();
      };
      const attributes = { "aria-pressed": "false", lang: this.card.lang || null };
      const choice = button("", choose, attributes);
      choice.append(number, text);
      return element("li", {}, choice);
    });
    return element("ol", { class: "choices", "aria-label": word("choices") }, items);
  }

  choose(index) {
    if (this.isShown || !this.choices || index >= this.options.length) return;
    const isChosen = this.chosen.has(index);
    if (this.right.length < 2) this.chosen.clear();
    if (isChosen) this.chosen.delete(index);
    else this.chosen.add(index);
    this.choices.querySelectorAll("button").forEach((one, place) => {
      one.setAttribute("aria-pressed", String(this.chosen.has(place)));
    });
  }

  // Lets the answer of any card be typed.
  askTyped() {
    if (this.isShown || this.choices) return;
    if (!this.input) {
      this.input = this.makeInput();
      this.comparison.before(this.form);
    }
    this.focus();
  }

  makeInput() {
    const input = element("input", {
      id: "typed", type: "text", autocomplete: "off", autocapitalize: "off",
      spellcheck: "false", enterkeyhint: "done", lang: this.card.lang || null,
      "aria-describedby": "question-text",
    });
    input.addEventListener("keydown", (event) => {
      if (isConverting(event)) return;
      if (event.key === "Enter") this.onEnter();
      else if (event.key === "Escape") this.question.focus();
      else return;
      event.preventDefault();
    });
    const label = element("label", { for: "typed" }, word("type_answer"));
    this.form = element("div", { class: "typed field" }, label, input);
    return input;
  }

  get typed() {
    return this.input?.value.trim() ?? "";
  }

  show() {
    this.isShown = true;
    this.markChoices();
    if (this.form) this.form.hidden = true;
    if (this.typed) this.compare(element("p", {}, word("you_typed"), " ",
      element("strong", { lang: this.card.lang || null }, this.typed)));
    this.answer.append(rendered(this.card.answer, { id: "answer-text" }));
    this.hideRepeated();
    if (this.note.source) {
      const source = rendered(this.note.source, { class: "source" });
      source.prepend(own("source_is"));
      this.answer.append(source);
    }
    this.answer.hidden = false;
  }

  // A picture has its height only when it is loaded, which pushes the answer down.
  scrollAfterPictures() {
    this.element.addEventListener("load", ({ target }) => {
      if (target.localName === "img") this.scrollToAnswer();
    }, { capture: true });
  }

  // The marked option shows the answer already; a screen reader says it all the same.
  hideRepeated() {
    const answer = this.answer.querySelector(".answer");
    const isRepeated = this.right.some((index) => sameHtml(answer, this.options[index]));
    if (isRepeated) answer.classList.add("spoken");
  }

  compare(...found) {
    this.comparison.replaceChildren(...found);
    this.comparison.hidden = false;
  }

  markChoices() {
    this.choices?.querySelectorAll("button").forEach((one, index) => {
      one.disabled = true;
      const isRight = this.right.includes(index);
      if (!isRight && !this.chosen.has(index)) return;
      const name = isRight ? "right" : "wrong";
      one.classList.add(name);
      one.append(own(name, "verdict"));
    });
  }

  focus() {
    const part = this.isShown ? this.answer : this.input ?? this.question;
    part.focus({ preventScroll: true });
    if (this.isShown) this.scrollToAnswer();
  }

  scrollToAnswer() {
    this.answer.scrollIntoView({ block: "nearest" });
  }
}

// What a card asks; the order of its choices doesn't matter.
function askedBy({ question, typed, choices, correct }) {
  const options = choices?.map((html, index) => [correct?.includes(index), html]);
  return JSON.stringify([question, typed, options?.map(String).sort()]);
}

function sameHtml(shown, html) {
  return shown.innerHTML === rendered(html).innerHTML;
}

// A word of the page inside of a text, which may be in another language.
function own(name, kind = null) {
  return element("span", { class: kind, lang: document.documentElement.lang }, word(name));
}

function part(name, card) {
  const attributes = { class: name, tabindex: "-1", dir: "auto", lang: card.lang || null };
  // A screen reader says the name of what gets the focus, and no text inside of it.
  const names = { "aria-label": word(name), "aria-labelledby": `card-${name} ${name}-text` };
  return element("section", { ...attributes, id: `card-${name}`, ...names });
}
