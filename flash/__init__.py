"""The person's side: the command line and the review screen."""
