// A card that was found: its texts, and what can be done with it besides a review.

import { get, post } from "./api.js";
import { CardView } from "./card.js";
import { chooseFlag, openDialog, showHistory } from "./dialogs.js";
import { button, element, runOnce } from "./dom.js";
import { editCard } from "./editing.js";
import { newId } from "./outbox.js";
import { problemText } from "./page.js";
import { cardPath } from "./session.js";
import { word } from "./words.js";

// `onchange` is called when the dialog is closed after a change.
export async function showFound(row, onchange) {
  const path = cardPath(row);
  const stage = element("div", {}, element("p", { class: "loading" }, word("loading")));
  const message = element("p", { class: "message", role: "status" });
  const tools = element("div", { class: "row" });
  const dialog = openDialog(word("card"), [stage, message, tools]);
  let isChanged = false;
  dialog.classList.add("wide");
  dialog.addEventListener("close", () => isChanged && onchange());
  await attempt(draw);

  async function draw() {
    const { card, note, suspended } = await get(`${path}/card`);
    const view = new CardView(card, note, {});
    view.show();
    stage.replaceChildren(view.element);
    const setFlag = (flag) => attempt(() => mark("flag", { flag }));
    const suspend = suspended ? "unsuspend" : "suspend";
    tools.replaceChildren(
      tool("edit", edit),
      tool("flag", () => chooseFlag(card.flag, setFlag)),
      tool(suspend, () => mark(suspend)),
      tool("history", async () => showHistory((await get(`${path}/history`)).rows)));
  }

  function tool(name, act) {
    const once = () => runOnce(tools, () => attempt(act));
    return button(word(name), once, { "data-action": name });
  }

  async function mark(kind, values = {}) {
    say((await post(`${path}/${kind}`, { id: newId(), ...values })).sentence);
    await redraw(kind);
  }

  async function edit() {
    const { text } = await get(`${path}/text`);
    const closed = () => tools.querySelector("[data-action=edit]")?.focus();
    editCard(path, text, { saved: () => redraw("edit"), say, closed });
  }

  async function redraw(kind) {
    isChanged = true;
    await draw();
    // The button that was pressed is gone, or has another name.
    const places = { unsuspend: "suspend", suspend: "unsuspend" };
    tools.querySelector(`[data-action=${places[kind] ?? kind}]`)?.focus();
  }

  function say(text, isAlarm = false) {
    message.textContent = text;
    message.classList.toggle("alarm", isAlarm);
  }

  async function attempt(act) {
    try {
      await act();
    } catch (error) {
      say(problemText(error, "needs_network_now"), true);
    }
  }
}
