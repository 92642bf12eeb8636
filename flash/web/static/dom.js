// Makes elements.  Text is always a text node; only `rendered` takes HTML, which comes
// from the server's own renderer.

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
  for (const table of made.querySelectorAll("table")) scrollable(table);
  for (const link of made.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return made;
}

function scrollable(table) {
  const box = element("div", { class: "scroll", tabindex: "0", role: "group" });
  table.replaceWith(box);
  box.append(table);
}

export function button(text, onclick, attributes = {}) {
  return element("button", { type: "button", onclick, ...attributes }, text);
}

export function field(label, control, hint = "") {
  const id = control.id;
  const note = hint && element("p", { class: "hint", id: `${id}-hint` }, hint);
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return element("div", { class: "field" }, element("label", { for: id }, label),
    control, note);
}

export function deckPath(name) {
  return name.replaceAll("::", " › ");
}
