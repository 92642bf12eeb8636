"""`python -m flash`, and the entry point of the `flash` command."""

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after `flash`; by default those of the process, whose signals
            and streams are then set up, too.

    Returns:
        The exit code: 0 done, 1 bad input or store, 2 wrong usage, 130 interrupted.
    """
    try:
        if arguments is None:
            if sys.argv[1:2] == ["due"]:
                from flash.prompt import answer  # noqa: PLC0415 - for a prompt

                code = answer(sys.argv[1:])
                if code is not None:
                    return code
            from flash.cli.process import run_process  # noqa: PLC0415 - see below

            return run_process()
        from flash.cli.app import run  # noqa: PLC0415 - Ctrl-C may come here

        return run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("flash: interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
