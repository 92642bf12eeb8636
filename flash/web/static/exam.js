// The forecast of the exam, as `flash exam` prints it.

import { get } from "./api.js";
import { element } from "./dom.js";
import { fill } from "./page.js";
import { word } from "./words.js";

export function showExam(root) {
  return fill(root, word("exam"), async () => {
    const { lines } = await get("/api/exam");
    if (!lines.length) return [element("p", {}, word("no_exam"))];
    return [element("pre", { class: "lines", tabindex: "0" }, lines.join("\n"))];
  });
}
