"""The SQLite store: all SQL on it is in this package."""
