// The steps of a review: each is stored with the queue after it, then sent.
//
// The queue goes on here without waiting for the server, whose answers correct it.

import { Offline, get, queryOf } from "./api.js";
import { now } from "./clock.js";
import { read, write } from "./database.js";
import { loadMedia } from "./media.js";
import * as outbox from "./outbox.js";
import { Queue } from "./queue.js";
import { word } from "./words.js";

export class Session {
  // `say(text, {isAlarm})` shows a sentence; `correct()` takes over a changed queue.
  constructor(params, { say, correct }) {
    const { more, ...choice } = params;
    this.choice = choice;
    this.filter = queryOf(choice);
    this.wanted = Number(more) || 0;
    this.problem = null;
    this.say = say;
    this.correct = correct;
    this.queue = null;
    this.loadedAt = 0;
    this.storing = 0;
    this.lastSteps = new Map();
    this.answered = new Set();
    this.tabs = new BroadcastChannel("flash-review");
    this.tabs.onmessage = ({ data }) => this.answeredElsewhere(data);
  }

  leave() {
    this.hasLeft = true;
    this.tabs.close();
  }

  tellTabs(message) {
    if (!this.hasLeft) this.tabs.postMessage(message);
  }

  // Loads the queue: from the server, or if that fails the one kept here.  Returns
  // whether there is one; else `problem` says why.
  async load() {
    this.kept = await read("review").catch(() => null);
    const isKept = !this.wanted && this.kept?.filter === this.filter;
    // A server that is silent would be waited for.
    if (isKept && outbox.isOffline()) this.problem = new Offline();
    else if (await this.refresh()) return true;
    if (!isKept) return false;
    this.queue = new Queue(this.kept);
    for (const { card: id, body } of await outbox.unsent().catch(() => [])) {
      const card = this.queue.find(id);
      if (card && !card.repeat && body.seen === card.seen) this.queue.drop(id);
    }
    this.sayProblem();
    return true;
  }

  // Returns whether the queue is now the server's; a cram keeps its own order.
  async refresh() {
    this.problem = await outbox.send();
    if (this.problem) return false;
    const before = this.answered.size;
    const more = this.moreNow();
    try {
      const answer = await get(`/api/queue${queryOf({ ...this.choice, more })}`);
      if (this.queue?.isCram) this.queue.renew(answer);
      else this.takeQueue(answer, more, this.answered.size > before);
      this.wanted = 0;
      this.loadedAt = now();
      await write("review", this.queue.state).catch(() => {});
      loadMedia(answer.cards);
      return true;
    } catch (error) {
      this.problem = error;
      if (error instanceof Offline) outbox.sendLater(error);
      else if (this.queue) this.sayProblem();
      return false;
    }
  }

  takeQueue(answer, more, isLate) {
    answer.cards = answer.cards.filter((card) => !this.answered.has(keyOf(card)));
    // A step made meanwhile is not in these counts: the next answer corrects them.
    if (isLate && this.queue) answer.counts = this.queue.state.counts;
    const last = this.queue?.state ?? this.kept;
    const isSame = last?.name === answer.name && last.store === answer.store;
    const undo = isSame ? last.undo : [];
    this.queue = Queue.fromServer(answer, { filter: this.filter, more, undo });
  }

  // More new cards are wanted once and for one day, not again with every refresh.
  moreNow() {
    const last = this.queue?.state ?? this.kept;
    const isSame = last?.filter === this.filter && now() < last.day_ends;
    return this.wanted || (isSame ? Math.min(last.more ?? 0, last.counts.new) : 0);
  }

  sayProblem() {
    const { problem } = this;
    if (problem instanceof Offline || problem.status === 401) return;
    this.say(problem.message, { isAlarm: true });
  }

  rate(card, rating, durationMs) {
    const body = {
      id: outbox.newId(),
      guid: card.guid,
      uid: card.uid,
      at: now(),
      rating,
      duration_ms: Math.round(durationMs),
      offset_min: -new Date().getTimezoneOffset(),
      seen: card.seen,
      repeat: Boolean(card.repeat),
    };
    const step = { kind: "answer", path: "/api/answers", body };
    return this.finish(step, card, (queue) => queue.rate(card, rating, body.at, body.id));
  }

  // Buries or suspends a card.
  hide(kind, card) {
    const step = markOf(kind, card);
    return this.finish(step, card, (queue) => queue.hide(card, step.body.id));
  }

  async flag(card, flag) {
    const step = markOf("flag", card, { flag });
    const change = (queue) => queue.flag(card, flag, step.body.id);
    const isStored = await this.store(step, card, change);
    outbox.send();
    return isStored;
  }

  async finish(step, card, change) {
    // A queue that comes while the step is stored must not bring its card back.
    this.answered.add(keyOf(card));
    if (!(await this.store(step, card, change))) {
      this.answered.delete(keyOf(card));
      return false;
    }
    const { counts, done_today } = this.queue.state;
    const left = { counts, done_today };
    this.tellTabs({ id: card.id, seen: card.seen, filter: this.filter, left });
    outbox.send();
    return true;
  }

  // The cards that the server is to count; a cram counts its own.
  get part() {
    const { deck, query } = this.queue.isCram ? {} : this.choice;
    return { deck, query };
  }

  // Stores a step and the queue after it, both or neither.
  store(step, card, change) {
    const made = { ...step, card: card.id, part: this.part };
    const put = () => outbox.put(made, this.queue.state);
    return this.change(card, step.body.id, change, put, "not_kept");
  }

  // Takes the last step back, which is no edit.  Returns whether that is stored.
  async undo() {
    const { id, card } = this.queue.lastStep;
    const takeBack = () => outbox.takeBack(id, card.id, this.part, this.queue.state);
    const undo = (queue) => queue.undo();
    if (!(await this.change(card, `undo ${id}`, undo, takeBack, "not_undone"))) return false;
    this.answered.delete(keyOf(card));
    outbox.send().then(() => this.tellTabs({ isUndo: true }));
    return true;
  }

  async change(card, step, change, put, failure) {
    const before = structuredClone(this.queue.state);
    const last = this.lastSteps.get(card.id);
    change(this.queue);
    this.lastSteps.set(card.id, step);
    this.storing += 1;
    try {
      await put();
      return true;
    } catch {
      this.lastSteps.set(card.id, last);
      this.queue = new Queue(before);
      this.say(word(failure), { isAlarm: true });
      return false;
    } finally {
      this.storing -= 1;
    }
  }

  async answeredElsewhere({ id, seen, filter, left, isUndo }) {
    if (isUndo) {
      if (await this.refresh()) this.correct();
      return;
    }
    if (this.queue?.find(id)?.seen !== seen) return;
    this.queue.drop(id);
    if (filter === this.filter) Object.assign(this.queue.state, left);
    this.correct();
  }

  // Corrects the queue by what the server answered.
  takeResult(steps, answer, { isElsewhere = false } = {}) {
    if (!this.queue) return;
    if (isElsewhere && !steps.some((one) => this.isLast(one))) return;
    const results = answer.results ?? [{ ...answer, id: steps[0].body.id }];
    let isBehind = false;
    for (const result of results) {
      const step = steps.find((one) => one.body.id === result.id);
      if (step && !this.takeStep(step, result)) isBehind = true;
    }
    // The server's counts lack the steps that it doesn't know yet.
    const isOfPart = queryOf(steps.at(-1).part ?? {}) === this.filter;
    const isAll = isOfPart && !this.queue.state.more;
    const isWhole = isAll && !this.storing && !outbox.isUnsent();
    if (answer.counts && isWhole) this.queue.state.counts = answer.counts;
    write("review", this.queue.state).catch(() => {});
    this.correct();
    // Another session is at work, perhaps on more cards than this one.
    if (isBehind) this.refresh().then((isFresh) => isFresh && this.correct());
  }

  // Whether this tab made a step, and none on the same card since.
  isLast({ kind, card, body }) {
    return this.lastSteps.get(card) === (kind === "undo" ? `undo ${body.id}` : body.id);
  }

  // Returns false if another session was at work: the server refused the step, or undid it
  // and its card is not to be asked any more.
  takeStep({ kind, card: id, body }, { status, card, next, sentence }) {
    const isUndo = kind === "undo";
    const isRefused = status === "stale" || (isUndo && status !== "undone");
    if (isRefused) this.say(sentence ?? word("stale"), { isAlarm: true });
    else if (kind === "answer" && sentence) this.say(sentence, { isAlarm: true });
    if (isRefused) this.queue.forget(body.id);
    // A card whose step was undone may have been answered elsewhere since.
    const isBack = isUndo && !isRefused && !this.queue.isCram;
    const isNews = kind === "answer" || isBack;
    if (isNews && this.isLast({ kind, card: id, body })) {
      if (card) this.answered.delete(keyOf(card));
      this.queue.update(id, card, next);
    }
    return !isRefused && (card || !isBack);
  }
}

function keyOf(card) {
  return `${card.id} ${card.seen}`;
}

export function cardPath({ guid, uid }) {
  return `/api/cards/${encodeURIComponent(guid)}/${encodeURIComponent(uid)}`;
}

function markOf(kind, card, values = {}) {
  const body = { id: outbox.newId(), ...values };
  return { kind, path: `${cardPath(card)}/${kind}`, body };
}
