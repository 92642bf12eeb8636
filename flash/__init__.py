"""The user interfaces: command line, review screen and report."""
