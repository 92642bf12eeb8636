"""Which note and which card of a file is which in the store."""
