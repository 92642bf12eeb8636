"""Every sentence shown to the user."""
