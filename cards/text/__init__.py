"""Text as it is typed and as it is shown: Markdown, clozes, terminal width."""
