// The cards of a review as the server sent them, continued on this device.
//
// No memory is computed here: a table of the server says when a card in learning is
// shown again.  The server's answer replaces what the table gave.

const KINDS = { new: "new", learning: "learning", relearning: "learning", review: "due" };
const NO_STEPS = { learning: [], relearning: [] };
const UNDO_STEPS = 20;
const DAY_MS = 86_400_000;

export class Queue {
  // `state` is plain data, kept on this device after every step.
  constructor(state) {
    this.state = state;
  }

  static fromServer(answer, values) {
    return new Queue({ ...answer, ...values, first: null, goesAhead: false });
  }

  get cards() {
    return this.state.cards;
  }

  // In a cram a card comes back after others, until it is recalled; only this queue
  // knows which ones do.
  get isCram() {
    return Boolean(this.state.cards_between);
  }

  get left() {
    if (this.isCram) return this.cards.length;
    const { new: fresh, learning, due } = this.state.counts;
    return fresh + learning + due;
  }

  find(id) {
    return this.cards.find((card) => card.id === id);
  }

  note(card) {
    return this.state.notes[card.guid] ?? {};
  }

  // Begins another study day, on which the cards that are left go on.  Returns false if
  // it is still the same one.
  beginDay(now) {
    const { day_ends: ended } = this.state;
    if (now < ended) return false;
    const days = 1 + Math.floor((now - ended) / DAY_MS);
    const day_ends = ended + days * DAY_MS;
    Object.assign(this.state, { day_ends, done_today: 0, more: 0, goesAhead: false });
    return true;
  }

  next(now) {
    const learning = this.learning();
    for (const card of learning) card.ahead = card.due > now;
    return this.find(this.state.first)
      ?? learning.find((card) => card.due <= now)
      ?? this.cards.find((card) => waitsFor(card) === null)
      ?? (this.state.goesAhead ? learning[0] : undefined)
      ?? null;
  }

  // Milliseconds until the next card in learning; null if there is none.
  waiting(now) {
    const [next] = this.learning();
    return next ? Math.max(0, next.due - now) : null;
  }

  learning() {
    const waiting = this.cards.filter((card) => waitsFor(card) !== null);
    return waiting.sort((one, other) => one.due - other.due);
  }

  rate(card, rating, now, id) {
    this.remember(id, card);
    this.drop(card.id);
    const between = this.state.cards_between?.[rating - 1];
    const again = this.isCram
      ? crammedAgain(card, between)
      : this.learnedAgain(card, rating, now);
    this.addToCount(KINDS[card.state], -1);
    if (again) {
      this.addToCount("learning", 1);
      this.cards.splice(between ?? this.cards.length, 0, again);
    } else {
      this.state.done_today += 1;
    }
  }

  learnedAgain(card, rating, now) {
    const { learning, relearning } = this.state.presets[card.preset] ?? NO_STEPS;
    const isReview = card.state === "review";
    if (isReview && rating !== 1) return null;
    const rows = isReview || card.state === "relearning" ? relearning : learning;
    const step = isReview || card.state === "new" ? 0 : card.step;
    const seconds = rows[step]?.[rating - 1] ?? null;
    if (seconds === null || now + 1000 * seconds >= this.state.day_ends) return null;
    return {
      ...card,
      state: rows === relearning ? "relearning" : "learning",
      step: { 1: 0, 2: step }[rating] ?? step + 1,
      due: now + 1000 * seconds,
      labels: [],
      repeat: true,
    };
  }

  // Hides a card that was buried or suspended.
  hide(card, id) {
    this.remember(id, card);
    this.drop(card.id);
    this.addToCount(KINDS[card.state], -1);
  }

  // The card may have left the queue while the flag was chosen.
  flag(card, flag, id) {
    const kept = this.find(card.id);
    this.remember(id, kept ?? card);
    if (kept) kept.flag = flag;
  }

  remember(id, card) {
    const { day_ends, done_today } = this.state;
    this.addUndo({ id, card: { ...card }, day_ends, done_today });
  }

  // A step changed this queue, or is the `edit` of a text.
  addUndo(step) {
    this.state.undo = [...this.state.undo, step].slice(-UNDO_STEPS);
  }

  get lastStep() {
    return this.state.undo.at(-1);
  }

  // Takes back the last step, which is no edit.
  undo() {
    const { card, day_ends, done_today } = this.state.undo.pop();
    const after = this.find(card.id);
    if (after) this.addToCount(KINDS[after.state], -1);
    this.addToCount(KINDS[card.state], 1);
    this.drop(card.id);
    this.cards.unshift(card);
    this.state.first = card.id;
    // What was done on an earlier day is none of this one.
    if (day_ends === this.state.day_ends) this.state.done_today = done_today;
  }

  // Forgets a step that the server refused: there is nothing to take back.
  forget(stepId) {
    this.state.undo = this.state.undo.filter((step) => step.id !== stepId);
  }

  drop(id) {
    this.state.cards = this.cards.filter((card) => card.id !== id);
    if (this.state.first === id) this.state.first = null;
  }

  // Takes over what the server says of a card; `fresh` is null if it is done today.
  update(id, fresh, due = null) {
    const place = this.cards.findIndex((card) => card.id === id);
    if (!fresh || (this.isCram && place === -1)) {
      this.drop(id);
      return;
    }
    const before = this.cards[place] ?? this.stepOf(id)?.card;
    const preset = fresh.preset ?? before?.preset;
    const card = { ...fresh, preset, due: fresh.due ?? due };
    if (place === -1) this.cards.push(card);
    else this.cards[place] = card;
  }

  // Takes over the present text and state of the cards of a cram.
  renew({ cards, notes }) {
    const found = new Map(cards.map((card) => [card.id, card]));
    this.state.cards = this.cards.map((card) => found.get(card.id) ?? card);
    Object.assign(this.state.notes, notes);
  }

  stepOf(cardId) {
    return this.state.undo.findLast((step) => step.card?.id === cardId);
  }

  addToCount(kind, number) {
    this.state.counts[kind] = Math.max(0, this.state.counts[kind] + number);
  }
}

function waitsFor(card) {
  return card.due ?? null;
}

function crammedAgain(card, cardsBetween) {
  return (cardsBetween ?? null) === null ? null : { ...card, repeat: true };
}
