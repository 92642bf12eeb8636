// What the user did, in order, until the server has acknowledged it.
//
// A step is on disk before the next question is shown.  Several tabs send the same
// steps: the server knows them by their id.  A step on the cards of another store than
// the server has is held back.

import { Offline, get, isFinal, post, queryOf } from "./api.js";
import { transact } from "./database.js";

const BATCH = 100;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

const listeners = { change: [], online: [], result: [], refused: [] };
const tabs = new BroadcastChannel("flash-outbox");
const state = { count: 0, held: 0, lost: 0, isOffline: false };
const refused = new Set();
const otherStores = new Set();
let sending = Promise.resolve(null);
let timer = 0;
let waitMs = FIRST_WAIT_MS;

// What this tab stored may be sent by another one.
tabs.onmessage = async ({ data }) => {
  await count().catch(() => {});
  tell("result", ...data, { isElsewhere: true });
};

export function on(event, listener) {
  listeners[event].push(listener);
}

function tell(event, ...values) {
  for (const listener of listeners[event]) listener(...values);
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Stores a step, and what the page shows after it (`kept`), both or neither.
export async function put(step, kept) {
  await transact((outbox, store) => {
    if (kept) store.put(kept, "review");
    return outbox.add({ ...step, store: kept?.store, tried: false });
  });
  await count().catch(() => {});
}

// Takes a step back: one that was never sent is removed, for others an undo is stored.
export async function takeBack(id, card, part, kept) {
  await transact((outbox, store) => {
    if (kept) store.put(kept, "review");
    const all = outbox.getAll();
    all.onsuccess = () => {
      const found = all.result.find((one) => one.body.id === id && one.kind !== "undo");
      const undo = { kind: "undo", path: "/api/undo", body: { id }, card, part, store: kept?.store };
      if (found && !found.tried) outbox.delete(found.n);
      else outbox.add({ ...undo, tried: false });
    };
    return all;
  });
  await count().catch(() => {});
}

export async function count() {
  const steps = await unsent();
  state.held = steps.filter((one) => otherStores.has(one.store)).length;
  state.count = steps.length - state.held;
  tell("change", state);
  return steps.length;
}

// Sends what was held back, too: the server may be another one now.
export function release() {
  otherStores.clear();
}

// Returns the unsent steps; an unsent answer and its undo cancel each other.
export async function unsent() {
  const steps = await transact((outbox) => outbox.getAll());
  const idsOf = (isUndo) => new Set(steps.filter((one) => (one.kind === "undo") === isUndo)
    .map((one) => one.body.id));
  const [made, undone] = [idsOf(false), idsOf(true)];
  return steps.filter((one) => !(one.kind === "undo" ? made : undone).has(one.body.id));
}

export function isUnsent() {
  return state.count > 0;
}

export function isOffline() {
  return state.isOffline;
}

function setOffline(isOffline) {
  if (state.isOffline === isOffline) return;
  state.isOffline = isOffline;
  tell("change", state);
  if (!isOffline) tell("online");
}

// Sends all steps; resolves to null if none is left that the server takes, else to the
// error.
export function send() {
  sending = sending.then(sendAll);
  return sending;
}

async function sendAll() {
  clearTimeout(timer);
  try {
    for (let batch = await nextBatch(); batch.length; batch = await nextBatch()) {
      await sendBatch(batch);
    }
    if (state.isOffline) await get("/api/words");
    waitMs = FIRST_WAIT_MS;
    setOffline(false);
    return null;
  } catch (error) {
    if (error instanceof Offline || error.isTemporary) sendLater(error);
    else if (error.status !== 401) console.error(error);
    return error;
  }
}

// Sends again after a while.  A server that can't write just now is not offline.
export function sendLater(error) {
  setOffline(error instanceof Offline);
  if (!state.isOffline) tell("refused", null, error);
  clearTimeout(timer);
  timer = setTimeout(send, waitMs);
  waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
}

// Takes the next answers that can go in one call, or one other step.
async function nextBatch() {
  let batch = [];
  await transact((outbox) => {
    const all = outbox.getAll();
    all.onsuccess = () => {
      const open = all.result.filter((one) => !isRefused(one)
        && !otherStores.has(one.store));
      const end = open.findIndex((one) => one.kind !== "answer"
        || one.store !== open[0].store);
      const answers = open.slice(0, end === -1 ? BATCH : Math.min(end, BATCH));
      batch = end === 0 ? open.slice(0, 1) : answers;
      for (const one of batch) {
        if (!one.tried) outbox.put({ ...one, tried: true });
      }
    };
    return all;
  });
  return batch;
}

async function sendBatch(batch) {
  const { path, store, part } = batch.at(-1);
  try {
    const isAnswers = batch[0].kind === "answer";
    const body = isAnswers ? batch.map((one) => one.body) : batch[0].body;
    const answer = await post(`${path}${queryOf({ ...part, store })}`, body);
    await transact((outbox) => {
      for (const one of batch) outbox.delete(one.n);
    });
    // Answers to cards that were deleted.
    state.lost += answer.results?.filter((one) => one.status === "unknown").length ?? 0;
    await count();
    tell("result", batch, answer);
    tabs.postMessage([batch, answer]);
  } catch (error) {
    if (!isFinal(error)) throw error;
    if (error.status === 409) {
      otherStores.add(store);
      await count();
    } else if (batch.length > 1) {
      for (const one of batch) await sendBatch([one]);
    } else {
      await refuse(batch[0], error);
    }
  }
}

function isRefused({ kind, body }) {
  return kind === "answer" && refused.has(body.id);
}

// An answer that the server refuses is kept and sent again after a reload; a mark is
// dropped.
async function refuse(step, error) {
  if (step.kind === "answer") refused.add(step.body.id);
  else await transact((outbox) => outbox.delete(step.n));
  await count();
  tell("refused", step, error);
}

addEventListener("online", () => {
  waitMs = FIRST_WAIT_MS;
  send();
});
