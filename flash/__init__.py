"""The user interfaces and the use cases that they share."""
