"""Notes in Markdown: their blocks, the cards written in them, and those drafted."""
