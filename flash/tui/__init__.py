"""The full-screen review (Textual)."""
