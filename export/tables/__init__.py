"""Notes and cards as tables: CSV and text."""
