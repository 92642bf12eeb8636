"""The full screens (Textual): review, mock exam, browser of cards, drafts."""
