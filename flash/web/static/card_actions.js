// What can be done with the shown card besides answering it: flag, source, history, text.

import { get, isFinal, post } from "./api.js";
import { chooseFlag, isDialogOpen, showHistory } from "./dialogs.js";
import { editCard } from "./editing.js";
import { newId } from "./outbox.js";
import { problemText } from "./page.js";
import { cardPath } from "./session.js";
import { word } from "./words.js";

const SILENT_MS = 1_000;

export class CardActions {
  constructor(review) {
    this.review = review;
    this.isAsking = false;
  }

  get shown() {
    return this.review.shown;
  }

  get queue() {
    return this.review.queue;
  }

  get view() {
    return this.review.view;
  }

  flag() {
    const { shown } = this;
    if (!shown) return;
    chooseFlag(shown.card.flag, async (flag) => {
      if (await this.review.session.flag(shown.card, flag)) {
        shown.showMarks({ ...shown.card, flag });
        shown.focus();
      }
    });
  }

  // Gives a card the text that it had before an edit.
  async undoEdit({ id, edit: { path, ...body } }) {
    this.review.isTaking = true;
    try {
      await post(`${path}/text`, body);
    } catch (error) {
      // An edit that can't be undone any more keeps no step before it from being undone.
      if (isFinal(error)) this.queue.forget(id);
      this.view.say(problemText(error, "needs_network_now"), { isAlarm: true });
      return;
    } finally {
      this.review.isTaking = false;
    }
    this.queue.forget(id);
    if (this.shown) await this.showEdited(this.shown);
    else await this.review.refresh();
    this.view.say(word("undone"));
  }

  openSource() {
    if (!this.shown) return;
    const { note, isShown } = this.shown;
    const isAsked = this.view.message.textContent === word("open_source");
    if (!note.url) this.view.say(word("no_source"));
    else if (!isShown && !isAsked) this.view.say(word("open_source"));
    else open(note.url, "_blank", "noopener,noreferrer");
  }

  async showHistory() {
    const found = await this.about("history");
    if (found) showHistory(found.rows);
  }

  // Asks the server about the shown card; says why it can't.  Returns null, too, if
  // something else is shown by then.
  async about(what) {
    const { shown } = this;
    if (!shown || this.isAsking) return null;
    const isHere = () => this.shown?.card.id === shown.card.id && !this.review.hasLeft;
    const wait = setTimeout(() => isHere() && this.view.say(word("loading")), SILENT_MS);
    this.isAsking = true;
    try {
      const found = await get(`${cardPath(shown.card)}/${what}`);
      if (!isHere() || isDialogOpen()) return null;
      if (this.view.message.textContent === word("loading")) this.view.say("");
      return found;
    } catch (error) {
      if (!isHere()) return null;
      this.view.say(problemText(error, "needs_network_now"), { isAlarm: true });
      return null;
    } finally {
      clearTimeout(wait);
      this.isAsking = false;
    }
  }

  async edit() {
    const found = await this.about("text");
    if (!found) return;
    const { shown } = this;
    editCard(cardPath(shown.card), found.text, {
      say: (sentence) => this.view.say(sentence),
      closed: () => this.shown?.focus(),
      saved: async (edit) => {
        this.queue.addUndo({ id: newId(), edit });
        await this.showEdited(shown);
      },
    });
  }

  // Shows a card again whose text has changed, with its answer if that was shown.
  async showEdited({ card: { id }, isShown }) {
    if (!(await this.review.session.refresh())) return;
    const card = this.queue.find(id);
    if (!card) {
      this.review.advance();
      return;
    }
    this.review.ask(card);
    if (isShown) await this.review.reveal();
  }
}
