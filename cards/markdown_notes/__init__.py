"""Notes as blocks: what a note says, line by line, and the cards drafted from it."""
