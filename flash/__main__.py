"""`python -m flash`, and the entry point of the `flash` command."""

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after `flash`; by default those of the process.

    Returns:
        The exit code: 0 done, 1 bad input or store, 2 wrong usage, 130 interrupted.
    """
    words = sys.argv[1:] if arguments is None else arguments
    try:
        from flash.cli.app import run  # noqa: PLC0415 - Ctrl-C may come here

        return run(words)
    except KeyboardInterrupt:
        sys.stderr.write("flash: interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
