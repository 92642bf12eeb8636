"""Packages that only some commands need, and how to install one that is missing."""

import re
import shlex
import sys


def install_command(package: str) -> str:
    """Return the shell command that installs a package where flash runs.

    Args:
        package: Named in an extra of flash, whose bounds are kept.
    """
    from importlib.metadata import (
        PackageNotFoundError,
        requires,
    )

    try:
        wanted = requires("flash-srs") or []
    except PackageNotFoundError:  # a source tree that was never installed
        wanted = []
    found = (
        one.partition(";")[0].strip()
        for one in wanted
        if re.match(rf"{re.escape(package)}\b(?!-)", one) and "'dev'" not in one
    )
    requirement = next(found, package)
    return shlex.join([sys.executable, "-m", "pip", "install", requirement])
