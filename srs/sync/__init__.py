"""The device log: what devices send each other, and how it is merged."""
