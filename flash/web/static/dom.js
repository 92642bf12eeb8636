// Makes elements.  Text is always a text node; only `rendered` takes HTML, which comes
// from the server's own renderer.

import { word } from "./words.js";

const WIDE = { table: "wide_table", pre: "wide_code", math: "wide_math" };

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

export function rendered(html, attributes = {}) {
  const made = element("div", attributes);
  made.innerHTML = html;
  for (const one of made.querySelectorAll("table, pre, math")) scrollable(one);
  // A heading of a text comes below those of the page.
  for (const one of made.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    one.ariaLevel = Number(one.localName[1]) + 1;
  }
  for (const link of made.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return made;
}

// A table whose first column names the rows.  `label` says what it is about; the columns
// from `numbers` on are aligned right.
export function table(label, heads, rows, numbers = Infinity) {
  const kind = (column) => (column >= numbers ? "number" : null);
  const head = heads.map((text, column) => element("th",
    { scope: "col", class: kind(column) }, text));
  const body = rows.map((cells) => element("tr", {}, cells.map((text, column) => (
    column ? element("td", { class: kind(column) }, text)
      : element("th", { scope: "row" }, text)))));
  const made = element("table", { class: "plain", "aria-label": label },
    element("thead", {}, element("tr", {}, head)), element("tbody", {}, body));
  return scrollable(made);
}

// What is too wide for the page scrolls by itself.
export function scrollable(content) {
  let box = content;
  if (content.localName !== "pre") {
    const isBlock = content.getAttribute("display") === "block";
    box = element(content.localName === "math" ? "span" : "div",
      { class: `scroll ${content.localName}${isBlock ? " block" : ""}` });
    content.replaceWith(box);
    box.append(content);
  }
  box.dataset.kind = content.localName;
  widths.observe(box);
  return box;
}

// The keyboard reaches what can be scrolled, and nothing else.  A label would take the
// place of its text in the name of the card.
const widths = new ResizeObserver((entries) => {
  for (const { target: box } of entries) {
    const isWide = box.scrollWidth > box.clientWidth && !box.closest("button");
    const attributes = { tabindex: "0", role: "group",
      "aria-roledescription": word(WIDE[box.dataset.kind]) };
    for (const [name, value] of Object.entries(attributes)) {
      if (isWide) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }
});

export function button(text, onclick, attributes = {}) {
  return element("button", { type: "button", onclick, ...attributes }, text);
}

// Runs `act`.  The buttons of `box` look disabled and do nothing meanwhile, so that a second
// click, or Enter held down, sends nothing again; they keep the focus.
export async function runOnce(box, act) {
  if (box.ariaBusy) return;
  box.ariaBusy = "true";
  try {
    await act();
  } finally {
    box.ariaBusy = null;
  }
}

export function field(label, control, hint = "") {
  const id = control.id;
  const note = hint && element("p", { class: "hint", id: `${id}-hint` }, hint);
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return element("div", { class: "field" }, element("label", { for: id }, label),
    control, note);
}

// The parts of a text in which no date is broken at its hyphens.
export function withDates(text) {
  return text.split(/(\d{4}-\d\d-\d\d)/).map((part, index) => (index % 2
    ? element("span", { class: "date" }, part) : part));
}

export function deckPath(name) {
  return name.replaceAll("::", " › ");
}
