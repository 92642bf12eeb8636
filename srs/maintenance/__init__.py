"""Check, repair and restore the store."""
