"""What the days to come bring: a simulated learner, and an exam on a day."""
