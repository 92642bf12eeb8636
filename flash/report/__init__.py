"""Statistics as they are shown: lines for a terminal, JSON, a page with charts."""
