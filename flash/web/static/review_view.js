// The page of a review: what is left, the card, a message, and the buttons.

import { button, deckPath, element } from "./dom.js";
import { word } from "./words.js";

const RATINGS = ["again", "hard", "good", "easy"];
const ACTIONS = ["undo", "bury", "suspend", "flag", "edit", "history"];

export class ReviewView {
  constructor(root, actions) {
    this.actions = actions;
    this.deck = element("h1", { class: "deck" });
    this.counts = element("p", { class: "counts" });
    this.progress = element("progress", { "aria-hidden": "true" });
    this.notice = element("p", { class: "notice", hidden: true });
    this.stage = element("div", { class: "stage" });
    this.message = element("p", { class: "message", role: "status" });
    this.main = element("div", { class: "main" });
    this.near = element("div", { class: "near" }, this.message, this.main);
    this.dock = element("div", { class: "dock" }, this.near, this.makeTools());
    const sizes = new ResizeObserver(() => this.measureDock());
    for (const box of [this.dock, this.near]) sizes.observe(box);
    root.replaceChildren(
      element("header", { class: "status" }, this.deck, this.counts), this.progress,
      this.notice, this.stage, this.dock);
  }

  // What is scrolled to comes to stand above the buttons, not behind them.  On a low screen
  // only a part of the dock stays in its place.
  measureDock() {
    const height = this.dock.offsetHeight || this.near.offsetHeight;
    document.documentElement.style.scrollPaddingBottom = `${height}px`;
  }

  makeTools() {
    const act = (name) => (event) => {
      // After a click, and the dialog that it opens, keys belong to the card again.
      if (event.detail) this.card?.focus();
      this.actions[name](event);
    };
    this.tools = ACTIONS.map((name) => button(word(name), act(name),
      { class: "quiet", "data-action": name }));
    this.tools.push(button("?", act("help"),
      { class: "quiet keyboard", "aria-label": `? ${word("help")}` }));
    const attributes = { class: "tools", role: "group" };
    return element("div", { ...attributes, "aria-label": word("card_actions") },
      this.tools);
  }

  showStatus(queue, card) {
    const { counts, done_today: done } = queue.state;
    const name = card ? card.deck : queue.state.deck;
    this.deck.textContent = name ? deckPath(name) : word("review");
    this.counts.textContent = queue.state.name
      ? word("mode_counts", { mode: word("cram"), count: queue.left })
      : word("counts", counts);
    Object.assign(this.progress, { max: Math.max(1, done + queue.left), value: done });
    const notice = noticeOf(queue.state);
    this.notice.textContent = notice;
    this.notice.hidden = !notice || done > 0;
  }

  askCard(cardView) {
    this.card = cardView;
    this.stage.replaceChildren(cardView.element);
    const show = button(word("show"), this.actions.reveal, { class: "primary show" });
    this.main.replaceChildren(show);
    this.showTools(true);
    // The page may still be scrolled to the answer before.
    scrollTo(0, 0);
    // On a low screen, or much enlarged, what is above the card would fill it.
    if (this.stage.getBoundingClientRect().top > innerHeight / 3) {
      this.stage.scrollIntoView();
    }
    cardView.focus();
  }

  showAnswer(cardView, suggested = null) {
    cardView.show();
    cardView.scrollAfterPictures();
    const buttons = RATINGS.map((name, index) => {
      const interval = element("small", {}, cardView.card.labels[index] ?? "");
      const number = element("kbd", { "aria-hidden": "true" }, String(index + 1));
      const rate = (event) => this.actions.rate(index + 1, event.timeStamp);
      const rating = button(word(name), rate, { class: `rating ${name}` });
      rating.append(" ", interval, number);
      return rating;
    });
    const attributes = { class: "ratings", role: "group" };
    this.main.replaceChildren(element("div",
      { ...attributes, "aria-label": word("ratings") }, buttons));
    this.suggest(suggested);
    this.measureDock();
    cardView.focus();
  }

  suggest(rating) {
    this.main.querySelectorAll(".rating").forEach((one, index) => {
      one.classList.toggle("suggested", index + 1 === rating);
    });
  }

  // `lines` are texts, or elements that are shown as they are.
  showSentences(lines, ...buttons) {
    this.card = null;
    const [first, ...others] = lines;
    const heading = element("h2", { tabindex: "-1" }, first);
    this.stage.replaceChildren(element("div", { class: "sentences" }, heading,
      others.map((line) => (line instanceof Node ? line : element("p", {}, line)))));
    this.main.replaceChildren(element("div", { class: "offers" }, buttons));
    this.showTools(false);
    return heading;
  }

  updateSentence(index, text) {
    this.stage.querySelectorAll(".sentences p")[index].textContent = text;
  }

  // Without a card there is nothing to do with one.
  showTools(isCard) {
    for (const tool of this.tools) {
      const needsCard = !["undo", undefined].includes(tool.dataset.action);
      tool.hidden = needsCard && !isCard;
    }
  }

  say(text, { isAlarm = false } = {}) {
    this.message.textContent = text;
    this.message.classList.toggle("alarm", isAlarm);
    this.measureDock();
  }
}

// What the day is ordered by, if not as usual.
function noticeOf({ counts, overdue, days_to_exam: days }) {
  if (!Number.isInteger(days)) {
    if (!overdue || !counts.due) return "";
    const name = counts.new ? "backlog_with_new" : "backlog";
    return word(name, { due: counts.due, overdue });
  }
  const [tomorrow, later] = overdue ? ["exam_tomorrow_backlog", "exam_days_backlog"]
    : ["exam_tomorrow", "exam_days"];
  return word(days === 1 ? tomorrow : later, { days, overdue });
}
