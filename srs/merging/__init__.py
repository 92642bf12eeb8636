"""What comes from elsewhere, merged into the store: other programs and browsers."""
