"""Forecasts: a simulated learner, the result of an exam, the cost of a retention."""
