"""Parameters of one's own: the log as FSRS learns from it, the fit, its use."""
