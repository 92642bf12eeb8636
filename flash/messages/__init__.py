"""The sentences in which results are shown; errors are worded where they are raised."""
