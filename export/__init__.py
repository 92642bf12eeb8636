"""Exchange with other programs and devices; takes and returns values, no store."""
