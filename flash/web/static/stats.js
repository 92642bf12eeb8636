// The statistics: the server's report, in a tree of its own with its own style.

import { LONG_TIMEOUT_MS, get } from "./api.js";
import { element } from "./dom.js";
import { fill } from "./page.js";
import { word } from "./words.js";

export function showStats(root) {
  const load = async () => [report(await get("/api/stats", LONG_TIMEOUT_MS))];
  return fill(root, word("stats"), load);
}

// The policy of the page forbids styles in HTML, not those set from here.
function report(html) {
  const style = /<style>([^]*?)<\/style>/.exec(html);
  const text = html.replace(style?.[0], "").replaceAll(' style="', ' data-style="');
  const found = new DOMParser().parseFromString(text, "text/html");
  const body = element("div", { class: "body" }, ...found.body.children);
  for (const one of body.querySelectorAll("[data-style]")) {
    one.style.cssText = one.dataset.style;
  }
  for (const one of body.querySelectorAll("main, header, h1")) rename(one);
  const box = element("div", { class: "report" });
  const tree = box.attachShadow({ mode: "open" });
  tree.adoptedStyleSheets = [sheet(style?.[1] ?? "")];
  tree.append(body);
  return box;
}

// The page has a heading and a `main` already.
function rename(one) {
  const box = element("div", { class: one.localName });
  box.append(...one.childNodes);
  one.replaceWith(box);
}

function sheet(text) {
  const made = new CSSStyleSheet();
  const names = /^(\s*)(body|main|header|h1)(?=[ {])/gm;
  made.replaceSync(text.replaceAll(":root", ":host").replace(names, "$1.$2"));
  made.insertRule(".body { padding: 0; background: none; }", made.cssRules.length);
  return made;
}
