// The keys of a review, the same as in the terminal, where they can be chosen.

import { isDialogOpen } from "./dialogs.js";
import { keyOf } from "./words.js";

const ACTIONS = ["undo", "bury", "suspend", "flag", "type", "edit", "source", "history",
  "help"];
const OWN_KEYS = "a[href], button, summary, audio, video, select";
const TEXT = "input, textarea, select, [contenteditable]";

// Returns true for a key that belongs to an input method.  Safari sends the Enter that
// ends a conversion after it, marked by the key code alone.
export function isConverting(event) {
  return event.isComposing || event.keyCode === 229;
}

// Returns `{action}` or `{number}` for a key that a review knows, else null.
export function meaningOf(event) {
  const { target } = event;
  const isModified = event.ctrlKey || event.metaKey || event.altKey;
  if (isModified || isConverting(event) || event.repeat || isDialogOpen()) return null;
  if (target.matches?.(TEXT)) return null;
  const key = event.key === " " ? " " : event.key.normalize("NFKC").toLowerCase();
  if (key === " " || key === "enter") {
    // The browser activates what has the focus.
    return target.closest?.(OWN_KEYS) ? null : { action: "continue" };
  }
  if (/^[1-9]$/.test(key)) return { number: Number(key) };
  const action = ACTIONS.find((one) => keyOf(one) === key);
  return action ? { action } : null;
}
