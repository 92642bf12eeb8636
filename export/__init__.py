"""Exchange with others: packages for Anki, written from values it is handed."""
