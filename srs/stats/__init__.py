"""Figures about memory: what `flash stats` tells, each kind in a file of its own."""
