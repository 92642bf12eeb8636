"""What is to be learned: YAML text becomes checked notes, notes become cards."""
