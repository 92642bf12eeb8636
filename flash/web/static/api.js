// Calls of the server.  No answer at all, or one of a proxy whose server is down, is
// `Offline`; a refusal is `Refused` with the server's sentence.

import { syncClock } from "./clock.js";

const TIMEOUT_MS = 15_000;
export const LONG_TIMEOUT_MS = 180_000;
const TEMPORARY = [408, 429, 502, 503, 504];

export class Offline extends Error {}

class Refused extends Error {
  constructor(status, sentence, hint, text) {
    super(sentence);
    this.status = status;
    this.hint = hint ?? "";
    this.text = text;
  }

  // The same call may do later.
  get isTemporary() {
    return TEMPORARY.includes(this.status);
  }
}

// Whether the server refused a call that would be refused again.
export function isFinal(error) {
  return error instanceof Refused && !error.isTemporary && error.status !== 401;
}

export const get = (path, timeout) => call("GET", path, undefined, timeout);
export const post = (path, body = {}) => call("POST", path, body);

export function queryOf(values) {
  const kept = Object.entries(values).filter(([, value]) => value);
  return kept.length ? `?${new URLSearchParams(kept)}` : "";
}

export async function call(method, path, body, timeout = TIMEOUT_MS) {
  const sentAt = performance.now();
  const response = await answerOf(method, path, body, timeout);
  const text = response.status === 204 ? "" : await bodyOf(response);
  const isJson = response.headers.get("Content-Type")?.includes("json");
  const found = isJson && text ? JSON.parse(text) : text;
  if (!response.ok) {
    if (response.status === 401) document.dispatchEvent(new Event("unpaired"));
    const { status, statusText } = response;
    if (TEMPORARY.includes(status) && !found.error) throw new Offline(statusText);
    throw new Refused(status, found.error ?? statusText, found.hint, found.text);
  }
  if (found.now) syncClock(found.now, sentAt);
  return found;
}

async function answerOf(method, path, body, timeout) {
  const options = { method, signal: AbortSignal.timeout(timeout), cache: "no-store" };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, options);
  } catch (error) {
    throw new Offline(error.message);
  }
}

async function bodyOf(response) {
  try {
    return await response.text();
  } catch (error) {
    throw new Offline(error.message);
  }
}
