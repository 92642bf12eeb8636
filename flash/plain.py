"""The review line by line, for pipes, screen readers and tests.

An empty line shows the answer, a digit rates it.  Every line is flushed at once,
so that the other end of a pipe can hold the conversation.
"""

from typing import TextIO

from flash.words import breadcrumb, clock_label, interval_label, source_line, was_line
from srs.memory import Rating
from srs.session import Session, Summary, Turn

_HELP = (
    "empty line: show the answer; 1 again, 2 hard, 3 good, 4 easy; "
    "u undo, s suspend, b bury, i history, g go ahead, q quit"
)


def run(session: Session, stdin: TextIO, stdout: TextIO) -> Summary:
    """Hold a review on two streams.

    Args:
        session: The review.
        stdin: Lines of the person; its end ends the review.
        stdout: Questions, answers and a summary.

    Returns:
        What the run came to.

    Raises:
        StoreError: An answer can't be saved.
    """
    return _Conversation(session, stdin, stdout).hold()


class _Conversation:
    def __init__(self, session: Session, stdin: TextIO, stdout: TextIO) -> None:
        self._session, self._stdin, self._stdout = session, stdin, stdout

    def _say(self, text: str = "") -> None:
        clean = "".join(c for c in text if c == "\n" or c.isprintable())
        self._stdout.write(clean + "\n")
        self._stdout.flush()

    def _hear(self) -> str | None:
        line = self._stdin.readline()
        return line.strip().lower() if line else None

    def hold(self) -> Summary:
        for notice in self._session.notices:
            self._say(notice)
        while not self._session.is_over():
            turn = self._session.next()
            going = self._wait() if turn is None else self._ask(turn)
            if not going:
                break
        summary = self._session.summary()
        self._sum_up(summary)
        return summary

    def _wait(self) -> bool:
        """Nothing is due: go ahead with learning cards, or end."""
        waiting = self._session.waiting_ms()
        if waiting is None:
            return False
        self._say(
            f"the next learning card is due in {clock_label(waiting)}; "
            "g to go ahead, q to stop"
        )
        while True:
            word = self._hear()
            if word is None or word == "q":
                return False
            if word in ("g", ""):
                if word == "g":
                    self._session.go_ahead()
                return True
            if word == "u":
                self._say(self._session.undo() or "nothing to undo")
                return True

    def _ask(self, turn: Turn) -> bool:
        counts = self._session.counts()
        self._say(
            f"{breadcrumb(turn.note.deck)}   new {counts.new} · "
            f"learning {counts.learning} · due {counts.due}"
        )
        self._say(turn.question.question)
        for number, option in enumerate(turn.question.options, 1):
            self._say(f"  {chr(96 + number)}) {option.text}")
        started = self._session.now()
        while True:
            word = self._hear()
            if word is None:
                return False
            if word == "":
                self._show_answer(turn)
                return self._rate(started)
            done = self._other(word)
            if done is not None:
                return done

    def _show_answer(self, turn: Turn) -> None:
        note = turn.note
        for line in (
            turn.question.answer,
            turn.question.context,
            note.extra,
            was_line(note.changed),
            source_line(note),
            f"checked {note.checked}" if note.checked else "",
        ):
            if line:
                self._say(line)
        labels = (
            f"{int(rating)} {rating.name.capitalize()} {interval_label(one.interval)}"
            for rating, one in self._session.outcomes().items()
        )
        self._say(" · ".join(labels))

    def _rate(self, started: int) -> bool:
        while True:
            word = self._hear()
            if word is None:
                return False
            if word in ("1", "2", "3", "4"):
                took = self._session.now() - started
                answered = self._session.answer(Rating(int(word)), took)
                if not answered.applied:
                    self._say("this card was answered elsewhere meanwhile")
                if answered.became_leech:
                    end = " and was suspended" if answered.suspended else ""
                    self._say(f"this card is a leech{end}: reword it, or split it")
                return True
            done = self._other(word)
            if done is not None:
                return done

    def _other(self, word: str) -> bool | None:
        """Do what isn't a rating; None where the question stays."""
        if word == "q":
            return False
        if word == "u":
            self._say(self._session.undo() or "nothing to undo")
            return True
        if word == "s":
            self._session.suspend()
            return True
        if word == "b":
            self._session.bury()
            return True
        if word == "i":
            for line in self._session.history():
                name = Rating(line.rating).name.lower() if line.rating else "set"
                self._say(f"{name} → {interval_label(line.interval)}")
            return None
        self._say(_HELP)
        return None

    def _sum_up(self, summary: Summary) -> None:
        if summary.answered:
            share = round(100 * summary.correct / summary.answered)
            self._say(
                f"{summary.answered} answered, {share} % right, "
                f"{clock_label(summary.took_ms)}; {summary.tomorrow} due tomorrow"
            )
        else:
            self._say(f"nothing answered; {summary.tomorrow} due tomorrow")
