"""FSRS parameters fitted to the user's reviews, and rescheduling."""
