"""FSRS parameters fitted to a review log, and evaluated on later answers.

The fit is fsrs-rs with Anki's settings, so that the same log gives the same
parameters.  Anki evaluates them on the answers they were fitted to.  Here they are
fitted to the answers up to a day and evaluated on those that follow, several times
along the log, and the old parameters are kept if they do as well.
"""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from cards.errors import FlashError
from cards.extras import install_command
from cards.translate import _
from srs.models.presets import PARAMETER_RANGES
from srs.optimizer.training import Answer, TrainingSet

if TYPE_CHECKING:
    from fsrs_rs_python import FSRSItem

ADVISED = 400
"""With fewer answers the default parameters are usually as good."""
NEEDED = 64
"""With fewer items fsrs-rs fits next to nothing."""
EPOCHS = 8
"""Rounds of training, as in Anki."""
SPLITS = 5

Parameters = tuple[float, ...]
_T = TypeVar("_T")


class NoOptimizer(FlashError):
    """The extra `optimize` isn't installed."""

    def __init__(self) -> None:
        """Give the message its hint."""
        super().__init__(
            _("the optimizer isn't installed"), install_command("fsrs-rs-python")
        )


class NotOptimizable(FlashError):
    """The optimizer can't use this log."""

    def __init__(self, reason: str) -> None:
        """Keep the reason that the optimizer gave."""
        message = _("the optimizer can't use this log: {reason}").format(reason=reason)
        super().__init__(message, _("the parameters are unchanged"))


class KeptReason(Enum):
    """Why the old parameters are kept."""

    NO_REVIEWS = auto()
    """No card in use was learned and answered again on a later day."""
    NONE_USABLE = auto()
    TOO_FEW = auto()
    TOO_FEW_NEW = auto()
    """Since the last fit."""
    SAME = auto()
    NOT_BETTER = auto()


class Evaluation(Struct, frozen=True):
    """How well answers were predicted; smaller is better."""

    log_loss: float
    rmse_bins: float
    """Root mean square error of predicted and actual recall, over bins of similar
    answers; 0.05 is five percentage points."""


class Fit(Struct, frozen=True):
    """The result of a fit."""

    reviews: int
    """Number of answers that count."""
    items: int
    """Those that are usable: not the first of a card, nor the second of a day."""
    parameters: Parameters | None = None
    """The fitted parameters; None if there was too little to fit."""
    held_out: int = 0
    """Number of later answers on which both were evaluated."""
    before: Evaluation | None = None
    after: Evaluation | None = None
    kept: KeptReason | None = None
    """Why the old parameters are kept; None if the new ones are better."""


def fit(
    training_set: TrainingSet,
    old: Parameters,
    *,
    seen: int = 0,
    relearning_steps: int = 1,
) -> Fit:
    """Fit parameters and compare them with the old ones.

    Args:
        training_set: The answers.
        old: The parameters in use.
        seen: Id of the last answer that the old ones were fitted to; they are
            evaluated on later ones only.  0 if they never were.
        relearning_steps: Number of relearning steps on the same day.

    Returns:
        The fit; its `kept` is None if the new parameters should be used.

    Raises:
        NoOptimizer: The extra isn't installed.
        NotOptimizable: The optimizer failed.
    """
    reviews, count = training_set.reviews, len(training_set.items)
    if count < NEEDED:
        few = KeptReason.NONE_USABLE if reviews else KeptReason.NO_REVIEWS
        return Fit(reviews, count, kept=KeptReason.TOO_FEW if count else few)
    trainer = _Trainer(training_set, relearning_steps)
    new = trainer.fit(count)
    start = sum(item.review <= seen for item in training_set.items)
    held_out = count - max(start, count // (SPLITS + 1))
    kept, before, after = None, None, None
    if held_out < NEEDED:
        kept = KeptReason.TOO_FEW_NEW
    else:
        before, after = trainer.evaluate(old, count - held_out)
    if new == old:
        kept = KeptReason.SAME
    elif before and after and after.log_loss >= before.log_loss:
        kept = KeptReason.NOT_BETTER
    return Fit(reviews, count, new, held_out, before, after, kept)


class _Trainer:
    """The items as fsrs-rs needs them, in the order of time."""

    def __init__(self, training_set: TrainingSet, relearning_steps: int) -> None:
        engine = _engine()
        self._relearning_steps = relearning_steps
        known: dict[Answer, Any] = {}
        histories: list[list[Any]] = []
        for history in training_set.histories:
            for answer in history.answers:
                if answer not in known:
                    known[answer] = engine.FSRSReview(*answer)
            histories.append([known[answer] for answer in history.answers])
        self._items: list[FSRSItem] = [
            engine.FSRSItem(histories[item.history][: item.length])
            for item in training_set.items
        ]
        self._cards = [
            training_set.histories[item.history].card for item in training_set.items
        ]

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

    def evaluate(self, old: Parameters, start: int) -> tuple[Evaluation, Evaluation]:
        """Evaluate the old parameters and fits to earlier items, from `start` on."""
        count = len(self._items)
        splits = min(SPLITS, max(1, (count - start) // NEEDED))
        edges = [start + (count - start) * n // splits for n in range(splits + 1)]
        before, after = [], []
        for first, end in pairwise(edges):
            size, fitted = end - first, self.fit(first)
            before.append((size, self._evaluate(old, first, end)))
            after.append((size, self._evaluate(fitted, first, end)))
        return _mean(before), _mean(after)

    def _evaluate(self, parameters: Parameters, first: int, end: int) -> Evaluation:
        model = _engine().FSRS(list(parameters))
        found = _guarded(lambda: model.evaluate(self._items[first:end]))
        return Evaluation(found.log_loss, found.rmse_bins)


def _mean(parts: Sequence[tuple[int, Evaluation]]) -> Evaluation:
    """Average evaluations by the number of their items; errors by their squares."""
    total = sum(size for size, _ in parts)
    log_loss = sum(size * part.log_loss for size, part in parts) / total
    square = sum(size * part.rmse_bins**2 for size, part in parts) / total
    return Evaluation(log_loss, square**0.5)


def rounded(parameters: Sequence[float]) -> Parameters:
    """Round fitted parameters, as presets hold them.

    The fit is in single precision: a bound of 0.8 comes back as 0.80000001, which
    `fsrs` refuses.
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


def _guarded(work: Callable[[], _T]) -> _T:
    """Run the engine; convert its panics, which are no `Exception`, too."""
    try:
        return work()
    except BaseException as error:
        is_panic = type(error).__name__ == "PanicException"
        if not isinstance(error, Exception) and not is_panic:
            raise
        raise NotOptimizable(str(error)) from error
