"""A text of a card that was edited while the card changed elsewhere."""

from cards.errors import FlashError
from cards.translate import _


class EditedMeanwhile(FlashError):
    """A card got another text after the one to edit was handed out."""

    def __init__(self, text: str, present: str) -> None:
        """Keep both texts.

        Args:
            text: The edited text; it was not saved.
            present: The text that the card has now.
        """
        message = _("this card has been changed since you opened it; nothing was saved")
        super().__init__(message, _("compare the texts, then save again"))
        self.text, self.present = text, present

    def to_edit(self) -> str:
        """Return the edited text below the present one, whose lines are comments."""
        lines = [_("The card was changed elsewhere. Saving replaces this text:")]
        lines += self.present.splitlines()
        return "".join(f"# {line}".rstrip() + "\n" for line in lines) + self.text


def to_edit_again(error: FlashError, text: str) -> str:
    """Return what to edit after an edited text was not taken."""
    return error.to_edit() if isinstance(error, EditedMeanwhile) else text
