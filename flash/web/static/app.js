// Starts the page: words, pairing, one page per address after the `#`.

import { showAdd } from "./add.js";
import { Offline } from "./api.js";
import { showDecks } from "./decks.js";
import { closeDialogs } from "./dialogs.js";
import { element } from "./dom.js";
import { showExam } from "./exam.js";
import * as outbox from "./outbox.js";
import { pair, showPairing } from "./pairing.js";
import { Review } from "./review.js";
import { showSearch } from "./search.js";
import { showStats } from "./stats.js";
import { loadWords, word } from "./words.js";

const PAGES = {
  review: null,
  decks: showDecks,
  stats: showStats,
  exam: showExam,
  search: showSearch,
  add: showAdd,
};
const SLOW_MS = 1_000;
const main = document.getElementById("main");
const sending = document.getElementById("sending");
const pages = document.getElementById("pages");
let drawing = 0;
let review = null;
let isPairing = false;
let unpairedBy = null;

function drawFrame() {
  const skip = document.getElementById("skip");
  skip.textContent = word("skip");
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  const links = Object.keys(PAGES).map((name) => element("a",
    { href: `#/${name}`, "data-page": name, onclick: reopen }, word(name)));
  pages.setAttribute("aria-label", word("pages"));
  pages.replaceChildren(...links);
}

// A link to the present page opens it again.
function reopen({ currentTarget, ctrlKey, metaKey, shiftKey }) {
  const isHere = currentTarget.hash === location.hash;
  if (isHere && !ctrlKey && !metaKey && !shiftKey) route();
}

// Answers that are on their way for less than a second are not worth a word.
function drawSending({ count, held, lost, isOffline }) {
  clearTimeout(drawing);
  const parts = [isOffline && word("offline"), count && unsentText(count, isOffline),
    held && word("held", { count: held }), lost && word("lost", { count: lost })];
  sending.classList.toggle("alarm", Boolean(held || lost));
  const text = parts.filter(Boolean).join(" · ");
  const draw = () => {
    sending.textContent = text;
    sending.title = text && word("unsent_title");
  };
  if (isOffline || held || lost || !count) draw();
  else drawing = setTimeout(draw, SLOW_MS);
}

function unsentText(count, isOffline) {
  if (!isOffline) return word("unsent", { count });
  return word(count === 1 ? "kept_here_one" : "kept_here", { count });
}

// An edited text is kept by its dialog.
function leave() {
  closeDialogs();
  review?.leave();
  review = null;
}

async function route() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const name = path in PAGES ? path : "review";
  const params = Object.fromEntries(new URLSearchParams(query));
  leave();
  isPairing = false;
  pages.hidden = false;
  for (const link of document.querySelectorAll("#pages a")) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${word(name)} · flash`;
  // Each page has a root of its own: one that is left may still be loading.
  const root = element("div", { class: `page ${name}` });
  main.replaceChildren(root);
  if (name !== "review") {
    root.append(element("p", { class: "loading" }, word("loading")));
    await PAGES[name](root, params);
    return;
  }
  review = new Review(root, params);
  await review.start();
}

async function pairByAddress() {
  const key = /^#key=(.+)$/.exec(location.hash)?.[1];
  if (!key) return;
  history.replaceState(null, "", `${location.pathname}${location.search}#/review`);
  try {
    await pair(key);
  } catch (error) {
    unpairedBy = error;
  }
}

async function askToPair() {
  if (isPairing) return;
  isPairing = true;
  // None of the pages opens before.
  pages.hidden = true;
  leave();
  const root = element("div", { class: "page pairing" });
  main.replaceChildren(root);
  await showPairing(root, route, unpairedBy);
  unpairedBy = null;
}

async function start() {
  const isOnline = await loadWords();
  drawFrame();
  document.addEventListener("unpaired", askToPair);
  outbox.on("change", drawSending);
  outbox.on("online", () => {
    review?.goOnline();
    main.querySelector("button.offline")?.click();
  });
  outbox.on("result", (...result) => review?.session.takeResult(...result));
  outbox.on("refused", (_step, error) => review?.view.say(
    word("failed", { error: error.message }), { isAlarm: true }));
  await pairByAddress();
  await outbox.count().catch(() => {});
  if (!isOnline) outbox.sendLater(new Offline());
  addEventListener("hashchange", async () => {
    await pairByAddress();
    await route();
  });
  await route();
  await install().catch(() => {});
}

// Lets the page open without network, where the browser trusts the address.
async function install() {
  if (!isSecureContext || !("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const files = loaded.filter((name) => new URL(name).pathname.startsWith("/static/"));
  active.postMessage(["/", ...new Set(files)]);
}

start();
