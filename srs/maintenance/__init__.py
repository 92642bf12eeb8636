"""Check, repair, restore and salvage the store."""
