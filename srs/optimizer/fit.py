"""A person's own parameters of FSRS: fitted as Anki fits them, judged on later answers.

The fit is fsrs-rs with Anki's settings, so that the same log gives the same
parameters.  Anki judges them on the very answers they were fitted to; here the
question is what they would have been worth: they are fitted to the answers up to
a day and judged on those that follow, several times along the log, and the old
ones stay where they do as well.  Values in, values out.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from srs.models.presets import PARAMETER_RANGES
from srs.optimizer.training import Answer, TrainingSet

if TYPE_CHECKING:
    from fsrs_rs_python import FSRSItem

ADVISED = 400
"""Below so many answers the default parameters are usually as good."""
NEEDED = 64
"""Below so many items fsrs-rs fits next to nothing."""
EPOCHS = 8
"""Rounds of training, as in Anki."""
SPLITS = 5

Parameters = tuple[float, ...]


class NoOptimizer(Exception):
    """The extra `optimize` isn't installed."""


class NotOptimizable(Exception):
    """The optimizer can't use this log; says why."""


class Evaluation(Struct, frozen=True):
    """How well answers were predicted; smaller is better."""

    log_loss: float
    rmse_bins: float
    """Root mean square error of predicted and true recall, over groups of alike
    answers; 0.05 is five percentage points."""


class Fit(Struct, frozen=True):
    """What a fit came to."""

    reviews: int
    """Answers that count."""
    items: int
    """Those that tell something: not the first, not of the same day."""
    parameters: Parameters | None = None
    """The fitted ones; None where there was too little to fit."""
    held_out: int = 0
    """Later answers on which both were judged."""
    before: Evaluation | None = None
    after: Evaluation | None = None
    kept: str = ""
    """Why the old parameters stay; empty where the new ones are better."""


def fit(
    material: TrainingSet, old: Parameters, *, seen: int = 0, relearning_steps: int = 1
) -> Fit:
    """Fit parameters and judge whether they are better than the old ones.

    Args:
        material: What there is to learn from.
        old: The parameters in use.
        seen: Id of the last answer that the old ones were fitted to; they are
            judged on later ones only.  0 where they never were.
        relearning_steps: How many relearning steps fall on the same day.

    Returns:
        The fit; its `kept` is empty where the new parameters are to be used.

    Raises:
        NoOptimizer: The extra isn't installed.
        NotOptimizable: The optimizer itself gave up.
    """
    count = len(material.places)
    if count < NEEDED:
        return Fit(material.reviews, count, kept=_too_few(material, count))
    trainer = _Trainer(material, relearning_steps)
    new = trainer.fit(count)
    start = sum(place[0] <= seen for place in material.places)
    held_out = count - max(start, count // (SPLITS + 1))
    kept, before, after = "", None, None
    if held_out < NEEDED:
        kept = f"only {held_out} answers tell something since the last time"
    else:
        before, after = trainer.judge(old, count - held_out)
    if new == old:
        kept = "the fit gives the same parameters"
    elif before and after and after.log_loss >= before.log_loss:
        kept = "the new ones predict later answers no better"
    return Fit(material.reviews, count, new, held_out, before, after, kept)


def _too_few(material: TrainingSet, count: int) -> str:
    if not count:
        return (
            "no card in use was learned and answered again on a later day"
            if not material.reviews
            else "no answer tells something"
        )
    return f"only {count} answers came on a later day than the one before, of {NEEDED}"


class _Trainer:
    """The items as fsrs-rs wants them, in the order of time."""

    def __init__(self, material: TrainingSet, relearning_steps: int) -> None:
        engine = _engine()
        self._relearning_steps = relearning_steps
        known: dict[Answer, Any] = {}
        histories: list[list[Any]] = []
        for lesson in material.lessons:
            for answer in lesson.answers:
                if answer not in known:
                    known[answer] = engine.FSRSReview(*answer)
            histories.append([known[answer] for answer in lesson.answers])
        self._items: list[FSRSItem] = [
            engine.FSRSItem(histories[index][:length])
            for _, index, length in material.places
        ]
        self._cards = [material.lessons[index].card for _, index, _ in material.places]

    def fit(self, count: int) -> Parameters:
        """Fit to the first items, as Anki does."""
        engine = _engine()
        found = _guarded(
            lambda: engine.FSRS([]).compute_parameters(
                self._items[:count],
                self._cards[:count],
                enable_short_term=True,
                num_relearning_steps=self._relearning_steps,
                training_config=engine.TrainingConfig(num_epochs=EPOCHS),
            )
        )
        return rounded(found)

    def judge(self, old: Parameters, start: int) -> tuple[Evaluation, Evaluation]:
        """Compare the old parameters with fits to what came before, from `start`."""
        count = len(self._items)
        splits = min(SPLITS, max(1, (count - start) // NEEDED))
        edges = [start + (count - start) * n // splits for n in range(splits + 1)]
        before, after = [], []
        for first, end in pairwise(edges):
            before.append((end - first, self._evaluate(old, first, end)))
            after.append((end - first, self._evaluate(self.fit(first), first, end)))
        return _joined(before), _joined(after)

    def _evaluate(self, parameters: Parameters, first: int, end: int) -> Evaluation:
        model = _engine().FSRS(list(parameters))
        found = _guarded(lambda: model.evaluate(self._items[first:end]))
        return Evaluation(found.log_loss, found.rmse_bins)


def _joined(parts: Sequence[tuple[int, Evaluation]]) -> Evaluation:
    """Average over parts by their size; errors by their squares."""
    total = sum(size for size, _ in parts)
    log_loss = sum(size * part.log_loss for size, part in parts) / total
    square = sum(size * part.rmse_bins**2 for size, part in parts) / total
    return Evaluation(log_loss, square**0.5)


def rounded(parameters: Sequence[float]) -> Parameters:
    """Write fitted parameters as presets hold them.

    The fit is in single precision; at a bound 0.8 comes back as 0.80000001,
    which `fsrs` refuses.
    """
    return tuple(
        min(max(round(value, 4), lowest), highest)
        for value, (lowest, highest) in zip(parameters, PARAMETER_RANGES, strict=True)
    )


def _engine() -> Any:
    try:
        import fsrs_rs_python
    except ImportError:
        raise NoOptimizer from None
    return fsrs_rs_python


def _guarded(work: Any) -> Any:
    """Turn a panic of the engine, which is no `Exception`, into an error of ours."""
    try:
        return work()
    except Exception as error:
        raise NotOptimizable(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise NotOptimizable(str(error)) from error
