"""The same examples on every run, and Anki without its fuzz."""

import os

from hypothesis import settings

# Read by Anki's backend when it is loaded.
os.environ["ANKI_TEST_MODE"] = "1"

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
