// Changes the text of a card, as YAML.

import { post } from "./api.js";
import { editText } from "./dialogs.js";
import { problemText } from "./page.js";
import { word } from "./words.js";

// Edited texts that were not saved, by card.
const unsaved = new Map();

// `text` is that of the card at `path`; `saved(edit)` gets what takes the edit back, 
// `say(sentence)` what came of it; `closed()` is called when the text was saved.
export function editCard(path, text, { saved, say, closed }) {
  const first = { text, before: text, ...unsaved.get(path) };
  const keep = (edited) => unsaved.set(path, { ...first, text: edited });
  let { before } = first;
  editText(first.text, keep, async (edited) => {
    if (edited === before) {
      unsaved.delete(path);
      say(word("unchanged"));
      return "";
    }
    try {
      const reply = await post(`${path}/text`, { text: edited, before });
      unsaved.delete(path);
      await saved({ path, text: before, before: reply.text });
      say(reply.sentence);
      return "";
    } catch (error) {
      // Of a card that was changed meanwhile the server sends the present text.
      before = error.text ?? before;
      const problem = problemText(error, "needs_network_now");
      return error.text ? `${problem}\n\n${error.text}` : problem;
    }
  }, closed);
}
