// The forecast of the exam, with the words and numbers of `flash exam`.

import { LONG_TIMEOUT_MS, get } from "./api.js";
import { element, table } from "./dom.js";
import { fill } from "./page.js";
import { word } from "./words.js";

export function showExam(root) {
  return fill(root, word("exam"), async () => {
    const { report } = await get("/api/exam", LONG_TIMEOUT_MS);
    if (!report) return [paragraphs([word("no_exam"), word("no_exam_hint")])];
    const { title, about, shares, study, head, rows } = report;
    return [element("h2", {}, title), paragraphs(about), sharesList(shares),
      paragraphs(study), rows.length && table(word("exam_domains"), head, rows, 1)];
  });
}

function paragraphs(lines) {
  return lines.length && element("div", {}, lines.map((line) => element("p", {}, line)));
}

function sharesList(shares) {
  const pairs = shares.map(([name, share]) => element("div", {},
    element("dt", {}, name), element("dd", {}, share)));
  return pairs.length && element("div", { class: "shares" },
    element("p", { class: "hint" }, word("exam_share")), element("dl", {}, pairs));
}
