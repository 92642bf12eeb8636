// The review on the screen: takes keys and taps, shows the next question at once.

import { Offline, call } from "./api.js";
import { CardView } from "./card.js";
import { CardActions } from "./card_actions.js";
import { now } from "./clock.js";
import { showKeys } from "./dialogs.js";
import { button, rendered } from "./dom.js";
import { endOf, isRefusal, waysOut } from "./endings.js";
import { meaningOf } from "./keys.js";
import * as outbox from "./outbox.js";
import { problemOf } from "./page.js";
import { ReviewView } from "./review_view.js";
import { Session } from "./session.js";
import { word } from "./words.js";

const QUIET_MS = 300;
const OLD_MS = 120_000;
const RETRY_MS = 30_000;
const TYPED_TIMEOUT_MS = 1_500;

export class Review {
  constructor(root, params) {
    this.listeners = new AbortController();
    this.shown = null;
    // Whether the server may have other cards than the queue.
    this.isBehind = false;
    this.timer = 0;
    this.actions = {
      reveal: (event) => this.reveal(event),
      rate: (rating, tappedAt) => this.rate(rating, tappedAt),
      undo: () => this.undo(),
      bury: (event) => this.hide("bury", word("buried"), event),
      suspend: (event) => this.hide("suspend", word("suspended"), event),
      flag: () => this.cardActions.flag(),
      source: () => this.cardActions.openSource(),
      history: () => this.cardActions.showHistory(),
      edit: () => this.cardActions.edit(),
      type: () => this.shown?.askTyped(),
      help: showKeys,
      continue: (event) => this.continue(event),
    };
    this.cardActions = new CardActions(this);
    this.view = new ReviewView(root, this.actions);
    this.session = new Session(params, {
      say: (...sentence) => this.view.say(...sentence),
      correct: () => this.correct(),
    });
    const { signal } = this.listeners;
    addEventListener("keydown", (event) => this.press(event), { signal });
    document.addEventListener("visibilitychange", () => this.refreshOld(), { signal });
  }

  get queue() {
    return this.session.queue;
  }

  leave() {
    this.hasLeft = true;
    this.listeners.abort();
    this.session.leave();
    clearTimeout(this.timer);
  }

  async start() {
    this.isStuck = false;
    this.view.showSentences([word("loading")]);
    const isLoaded = await this.session.load();
    if (this.hasLeft) return;
    if (!isLoaded) {
      this.explain(this.session.problem);
      return;
    }
    // A wish for more new cards is heard once; the address would repeat it.
    history.replaceState(null, "", `#/review${this.session.filter}`);
    this.advance();
  }

  explain(problem) {
    this.isStuck = problem instanceof Offline;
    const lines = problem instanceof Offline ? [word("offline"), word("last_review_only")]
      : [word("no_review"), problemOf(problem)];
    const retry = button(word("retry"), () => this.start(), { class: "primary" });
    const offers = isRefusal(problem) ? waysOut(this.session.choice) : [retry];
    this.view.showSentences(lines, ...offers);
  }

  // After a while the cards may have been answered on another device, or more be due.
  async refreshOld() {
    const isOld = !this.shown || now() - this.session.loadedAt > OLD_MS;
    if (document.hidden || !this.queue || !isOld) return;
    // A shown answer is rated first.
    this.isBehind = Boolean(this.shown?.isShown);
    if (!this.isBehind) await this.refresh();
  }

  // The network is back.
  async goOnline() {
    if (this.view.message.textContent === word("needs_network_now")) this.view.say("");
    if (this.isStuck) await this.start();
    else await this.refreshOld();
  }

  // Returns whether the queue is now the server's.
  async refresh() {
    const isFresh = await this.session.refresh();
    if (!isFresh) return false;
    this.isRefilled = !this.shown;
    this.correct();
    return true;
  }

  // Shows the next question; waits or ends if there is none.
  advance() {
    if (this.hasLeft || !this.queue) return;
    clearTimeout(this.timer);
    this.beginDay();
    if (this.isBehind) this.refresh();
    this.isBehind = false;
    const card = this.queue.next(now());
    this.view.showStatus(this.queue, card);
    this.shown = null;
    if (!card) {
      this.waitOrEnd();
      return;
    }
    this.isRefilled = false;
    this.ask(card);
  }

  // Another study day has other cards; until they come, those that are left go on.
  beginDay() {
    if (this.queue.beginDay(now())) this.isBehind = true;
  }

  ask(card) {
    const onEnter = () => this.reveal();
    this.shown = new CardView(card, this.queue.note(card), { onEnter });
    this.askedAt = performance.now();
    this.view.askCard(this.shown);
  }

  // Takes over a corrected queue; the shown card stays if it is still in it.
  correct() {
    if (this.isTaking) return;
    const card = this.shown && this.queue.find(this.shown.card.id);
    if (!card) {
      this.advance();
      return;
    }
    if (!this.shown.take(card)) this.ask(card);
    this.view.showStatus(this.queue, card);
  }

  async waitOrEnd() {
    if (this.isRefilling) return;
    // More cards may be due than were sent, such as siblings of a buried one.
    if (!this.isRefilled && !outbox.isOffline()) {
      this.isRefilling = true;
      this.view.showSentences([word("loading")]);
      const isFresh = await this.session.refresh();
      this.isRefilling = false;
      if (this.shown || this.hasLeft) return;
      this.isRefilled = isFresh;
      if (isFresh) {
        this.advance();
        return;
      }
    }
    if (this.queue.waiting(now()) === null) this.end();
    else this.wait();
  }

  wait() {
    const lines = [word("none_due_now"), ""];
    const ahead = button(word("go_ahead"), () => this.goAhead(), { class: "primary" });
    this.view.showSentences(lines, ahead).focus();
    const tick = () => {
      const wait = this.queue.waiting(now());
      if (!wait) return this.advance();
      this.view.updateSentence(0, word("next_due", { time: clockTime(wait) }));
      this.timer = setTimeout(tick, 1000);
    };
    tick();
  }

  goAhead() {
    this.queue.state.goesAhead = true;
    this.advance();
  }

  end() {
    const { left, state } = this.queue;
    if (left && !this.isRefilled) {
      const lines = [word("not_loaded"), word("left_today", { count: left })];
      const retry = button(word("retry"), () => this.refresh(), { class: "primary" });
      this.view.showSentences(lines, retry).focus();
      this.refreshAfter(RETRY_MS);
      return;
    }
    const { choice, answered } = this.session;
    const { lines, links } = endOf(state, choice, answered.size > 0);
    this.view.showSentences(lines, ...links).focus();
    if (state.name) return;
    // The next day's cards come by themselves.
    this.refreshAfter(Math.max(1000, state.day_ends - now()));
  }

  // Takes over the server's cards after a while, and tries again until that succeeds.
  refreshAfter(wait) {
    const timer = setTimeout(async () => {
      const isFresh = await this.refresh();
      if (!isFresh && this.timer === timer && !this.hasLeft) this.refreshAfter(RETRY_MS);
    }, wait);
    this.timer = timer;
  }

  press(event) {
    const meaning = meaningOf(event);
    if (!meaning) return;
    const { action, number } = meaning;
    if (number && this.shown && !this.shown.isShown) this.shown.choose(number - 1);
    else if (number && number <= 4) this.rate(number);
    else if (action) this.actions[action](event);
    event.preventDefault();
  }

  continue(event) {
    if (this.isTaking) return;
    if (!this.shown) {
      if (this.queue?.waiting(now())) this.goAhead();
      else if (this.queue) this.refresh();
    } else if (this.shown.isShown) {
      this.rate(3, event.timeStamp);
    } else {
      this.reveal();
    }
  }

  // A second tap on a rating, or on "Bury", does nothing to the next card.
  isSecondTap(event) {
    return event?.type === "click" && event.timeStamp - this.askedAt < QUIET_MS;
  }

  async reveal(event) {
    const { shown } = this;
    if (!shown || shown.isShown || this.isSecondTap(event)) return;
    this.view.say("");
    this.view.showAnswer(shown);
    this.revealedAt = performance.now();
    if (shown.typed) await this.compareTyped(shown);
  }

  async compareTyped(shown) {
    const { guid, uid } = shown.card;
    const body = { guid, uid, text: shown.typed };
    try {
      const found = await call("POST", "/api/check-typed", body, TYPED_TIMEOUT_MS);
      if (this.shown !== shown) return;
      shown.compare(rendered(found.html, { lang: shown.card.lang || null }));
      this.view.suggest(found.suggested);
      this.view.say(found.sentence);
      shown.scrollToAnswer();
    } catch {
      // Without network the typed text stands above the answer.
    }
  }

  // A second tap on the place of "Show answer" rates nothing.  `tappedAt` counts, as the
  // page may have been busy since; a key has none.
  async rate(rating, tappedAt = Infinity) {
    const { shown } = this;
    if (!shown?.isShown || tappedAt - this.revealedAt < QUIET_MS) return;
    const durationMs = performance.now() - this.askedAt;
    this.beginDay();
    await this.finish(() => this.session.rate(shown.card, rating, durationMs));
  }

  async hide(kind, message, event) {
    const card = this.shown?.card;
    if (!card || this.isSecondTap(event)) return;
    if (await this.finish(() => this.session.hide(kind, card))) this.view.say(message);
  }

  // Takes a step on the shown card, then shows the next one.
  async finish(take) {
    const { shown } = this;
    this.shown = null;
    this.isTaking = true;
    let isTaken = false;
    try {
      isTaken = await take();
    } finally {
      this.isTaking = false;
      if (!isTaken) this.shown = shown;
    }
    if (!isTaken) return false;
    this.view.say("");
    this.advance();
    return true;
  }

  async undo() {
    if (!this.queue || this.isTaking) return;
    const { lastStep } = this.queue;
    if (!lastStep) this.view.say(word("nothing_to_undo"));
    else if (lastStep.edit) await this.cardActions.undoEdit(lastStep);
    else if (await this.finish(() => this.session.undo())) this.view.say(word("undone"));
  }
}

// Minutes and seconds, in every language the same.
function clockTime(milliseconds) {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
