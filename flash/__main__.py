"""`python -m flash`, and the entry of the `flash` command."""

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after `flash`; those of the process by default.

    Returns:
        The exit code: 0 done, 1 the input or the store is at fault, 2 wrong
        usage, 130 interrupted.
    """
    words = sys.argv[1:] if arguments is None else arguments
    from flash.cli.app import run

    return run(words)


if __name__ == "__main__":
    sys.exit(main())
