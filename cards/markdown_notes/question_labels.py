"""Questions and answers that a note labels: `Q:` and `A:`, or a question in bold."""

import re

_QUESTION = r"Q(?:uestion)?|Ｑ|質問|問題|問い?"
_ANSWER = r"A(?:nswer)?|Ａ|回答|解答|答え?"
_LABEL = re.compile(
    rf"\s*(?P<mark>\*\*|__)?(?:(?P<asks>{_QUESTION})|{_ANSWER})\s?[0-9０-９]*"
    r"(?(mark)(?P<closed>(?P=mark))?)"
    r"\s?(?:[：．]|[:.](?=\s|\Z|[*_]|[^\x00-\x7f]))(?(closed)|(?(mark)(?P<end>(?P=mark))?))"
    r"\s*"
)
_CHOICE = re.compile(r"\W*B\s?[.:：．)]")
_BOLD = re.compile(
    r"(\*\*|__)(?=\S)((?:(?!\1).)+?)(?<=\S)\1[:：]?[ \t]*(.*)", re.DOTALL
)


def read_label(text: str) -> tuple[bool, str] | None:
    """Read a line that begins with a label of a question or an answer.

    Returns:
        Whether it is a question, and the text behind the label; None without a label.
    """
    found = _LABEL.match(text)
    if found is None:
        return None
    is_open = found["mark"] and not found["closed"] and not found["end"]
    rest = (found["mark"] if is_open else "") + text[found.end() :]
    return found["asks"] is not None, rest.strip()


def pairs(text: str) -> list[tuple[str, str | None]]:
    """Split a text at its labels.

    Returns:
        Each question, empty if there is none, with its answer, None if there is none.
        Empty without a label at the beginning, and if the answers are options: A, B
        and so on.
    """
    lines = text.strip().split("\n")
    if read_label(lines[0]) is None or any(map(_CHOICE.match, lines)):
        return []
    found: list[tuple[list[str], list[str]]] = []
    for line in lines:
        label = read_label(line)
        if label is None:
            question, answer = found[-1]
            (answer or question).append(line)
        elif label[0] or not found or found[-1][1]:
            found.append(([label[1]], []) if label[0] else ([], [label[1]]))
        else:
            found[-1][1].append(label[1])
    return [
        ("\n".join(question).strip(), "\n".join(answer).strip() if answer else None)
        for question, answer in found
    ]


def is_option(text: str) -> bool:
    """Return True for the second option of a question, `B. the other`."""
    return bool(_CHOICE.match(text))


def bold_beginning(text: str) -> tuple[str, str] | None:
    """Split a text after the bold words it begins with; None if it doesn't."""
    found = _BOLD.fullmatch(text.strip())
    return (found[2].strip(), found[3].strip()) if found else None
