// Pairs this browser: the key stands in the address that `flash serve` prints.

import { post } from "./api.js";
import { forget } from "./database.js";
import { element, field, runOnce } from "./dom.js";
import * as outbox from "./outbox.js";
import { problemText } from "./page.js";
import { word } from "./words.js";

const BROWSERS = { "Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome",
  "Safari/": "Safari" };
const SYSTEMS = { Android: "Android", iPhone: "iPhone", iPad: "iPad", "Mac OS": "macOS",
  Windows: "Windows", Linux: "Linux" };

// Such as "Chrome on Android".
function nameOfDevice(agent) {
  const find = (names) => Object.entries(names).find(([part]) => agent.includes(part));
  const parts = [find(BROWSERS)?.[1] ?? "Browser", find(SYSTEMS)?.[1]];
  return parts.filter(Boolean).join(" on ");
}

export async function pair(key) {
  await post("/api/pair", { key, name: nameOfDevice(navigator.userAgent) });
  outbox.release();
}

// `problem` is the error that the address of the page led to, if it had a key.
export async function showPairing(root, onpaired, problem = null) {
  // The cards that were kept for a start without network are no longer this device's.
  await forget("review").catch(() => {});
  const unsent = await outbox.count().catch(() => 0);
  const input = element("input", { id: "address", type: "text", required: true,
    autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  const message = element("p", { class: "alarm", role: "alert" });
  const form = element("form", { class: "form", onsubmit: submit },
    field(word("pair_address"), input), message,
    element("button", { class: "primary" }, word("pair")));
  root.replaceChildren(element("h1", {}, word("pair_title")),
    element("p", {}, word("pair_text")),
    unsent ? element("p", {}, keptText(unsent)) : "", form);
  if (problem) explain(problem);

  function submit(event) {
    event.preventDefault();
    runOnce(form, send);
  }

  async function send() {
    const key = input.value.trim().replace(/^.*#key=/, "");
    try {
      await pair(key);
      await onpaired();
    } catch (error) {
      explain(error);
    }
  }

  function explain(error) {
    message.textContent = problemText(error, "offline");
  }
}

function keptText(count) {
  return word(count === 1 ? "pair_kept_one" : "pair_kept", { count });
}
