"""Write docs/commands.md from the command line itself.

python -m docs.commands           write the page
python -m docs.commands --check   exit 1 if the page is out of date
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

_PAGE = Path(__file__).with_name("commands.md")
_HEAD = """# Commands

Generated from the program by `python -m docs.commands`; edit the docstrings instead.

Exit codes: 0 done; 1 bad input or store (the message is on stderr); 2 wrong usage; 130
interrupted with Ctrl-C (what is on the full screen, `flash serve` and `flash phone` end
with 0); 3 no card is due (`flash due --check`). With `--json`, the output is as in
[json.md](json.md), and so is an error with exit code 1, on stderr.

Environment variables of all commands: `FLASH_DB` is the store; `FLASH_LANG` (`en` or
`ja`) is the language of messages and of bundled decks, else it is that of the locale;
`FLASH_NOW` (an ISO time with offset) replaces the current time; `NO_COLOR` turns
colours off; `VISUAL` or `EDITOR` is the editor; `PAGER` shows long texts on a terminal
(such as those of `flash show` and `flash stats`); `XDG_DATA_HOME` is the folder of data
on Linux, see [files.md](files.md). Those of single commands are in their
help and in [notes.md](notes.md) (`FLASH_LLM_URL`), [devices.md](devices.md)
(`FLASH_DAV_USER`, `AWS_*`) and [anki.md](anki.md) (`ANKICONNECT_URL`).
"""


def page() -> str:
    """Render the help of every command."""
    os.environ["COLUMNS"] = "80"
    from flash.cli.app import application

    program = get_command(application())
    context = program.make_context("flash", [], resilient_parsing=True)
    return "\n".join([_HEAD, *_helps(program, context)])


def _helps(group: Any, parent: Any) -> Iterator[str]:
    """Render the commands of a group and its subgroups."""
    for name, command in group.commands.items():
        context = command.make_context(name, [], parent=parent, resilient_parsing=True)
        context.max_content_width = context.terminal_width = 80
        help_ = command.get_help(context)
        yield f"## {context.command_path}\n\n```text\n{help_}\n```\n"
        if hasattr(command, "commands"):
            yield from _helps(command, context)


def main(words: list[str]) -> int:
    """Write or check the page."""
    text = page()
    if words == ["--check"]:
        if _PAGE.read_text("utf-8") == text:
            return 0
        print(f"{_PAGE.name} is out of date: run python -m docs.commands")
        return 1
    _PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
