"""Any bytes are read as a deck or rejected with places, quickly.

The same at length: `python bench/fuzz.py`.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards.deckfile.discovery import bundled_path
from cards.deckfile.reader import read_deck
from cards.errors import MAX_PROBLEMS, DeckError

RAW = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e0fff]"
)
HEAD = "deck: D\ncards:\n"
EXAMPLES = int(os.environ.get("EXAMPLES", "400"))
CARD = "  - front: a\n    back: b\n"


def decks() -> list[bytes]:
    """Give small pieces of real decks, a few cards each."""
    folder = bundled_path("aws-security", "ja")
    assert folder is not None
    pieces: list[bytes] = []
    for file in sorted(folder.rglob("*.yaml"))[:6]:
        head, _, cards = file.read_text("utf-8").partition("cards:\n")
        some = cards.split("\n  - ")[:3]
        pieces.append((head + "cards:\n" + "\n  - ".join(some)).encode())
    return pieces


DECKS = decks()
BITS = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [b": ", b"- ", b"\n", b"  ", b"'", b'"', b"[", b"]", b"{", b"}", b"&a ", b"*a "]
        + [
            b"!!x ",
            b"|\n",
            b">\n",
            b"? ",
            b"---\n",
            b"...\n",
            b"%YAML 1.2\n",
            b"\t",
            b"#",
        ]
        + [
            b"{{c1::",
            b"}}",
            b"![](",
            b"\\u0000",
            b"\x00",
            b"\xff",
            b"\xe2\x80\xae",
            b"<<: ",
        ]
        + [
            b"front: ",
            b"cards:\n",
            b"questions:\n",
            b"by:\n",
            b"compare: ",
            b"source: ",
        ]
    ),
)


@st.composite
def mutated(draw: Callable[..., bytes]) -> bytes:
    """Cut, double and disturb a real deck."""
    data = draw(st.sampled_from(DECKS))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        again = data[start:end] * draw(st.integers(0, 2))
        data = data[:start] + draw(BITS) + again + data[end:]
    return data


def outcome(path: Path) -> str:
    """Read a file; anything but a deck or its problems is an error of ours."""
    try:
        return f"{len(read_deck(path).notes)} notes"
    except DeckError as error:
        places = [(one.place.line, one.place.column) for one in error.problems]
        assert places
        assert all(line >= 1 and column >= 1 for line, column in places)
        assert not any(RAW.search(str(one)) for one in error.problems)
        return f"{len(places)} problems"


@settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        mutated(),
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_are_a_deck_or_have_problems(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "deck.yaml"
    path.write_bytes(data)

    assert outcome(path).split()[1] in ("notes", "problems")


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "a huge text": (
            f"{HEAD}  - front: {'a' * 3_000_000}\n    back: b\n",
            "1 notes",
        ),
        "keys": (
            HEAD + CARD + "".join(f"    k{n}: v\n" for n in range(20_000)),
            "many",
        ),
        "keys at the top": (
            HEAD + CARD + "".join(f"k{n}: v\n" for n in range(20_000)),
            "many",
        ),
        "one key": (HEAD + CARD + "    back: v\n" * 20_000, "many"),
        "aliases": (HEAD + "  - *a\n" * 20_000, "many"),
        "anchors": (HEAD + "  - &a a\n" * 20_000, "many"),
        "nothing": (HEAD + "  -\n" * 20_000, "many"),
        "rows": (
            HEAD
            + "  - compare: [a, b]\n    by:\n"
            + "".join(f"      r{n}: [c]\n" for n in range(9_000)),
            "many",
        ),
        "brackets": (f"{HEAD}  - {'[' * 500_000}", "1 problems"),
        "question marks": (f"{HEAD}  - {'? ' * 50_000}", "1 problems"),
        "clozes": (f"{HEAD}  - cloze: '{'{{c1::' * 50_000}'", "1 problems"),
    }.values(),
    ids=lambda value: "" if len(value) > 20 else value,
)
def test_a_hostile_deck_is_rejected_quickly(
    tmp_path: Path, text: str, expected: str
) -> None:
    path = tmp_path / "deck.yaml"
    path.write_text(text, "utf-8")

    found = outcome(path)

    many = int(found.split()[0]) > MAX_PROBLEMS
    assert many if expected == "many" else found == expected


def test_an_alias_bomb_is_never_expanded(tmp_path: Path) -> None:
    path = tmp_path / "deck.yaml"
    bomb = "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n"
        for n in range(20)
    )
    path.write_text(f"a: &a [x, x]\n{bomb}{HEAD}{CARD}", "utf-8")

    with pytest.raises(DeckError) as caught:
        read_deck(path)

    assert "alias '*a'" in {one.message for one in caught.value.problems}


def test_problems_are_limited_per_file(tmp_path: Path) -> None:
    path = tmp_path / "deck.yaml"
    path.write_text(HEAD + "  - x\n" * (MAX_PROBLEMS + 5), "utf-8")

    with pytest.raises(DeckError) as caught:
        read_deck(path)

    assert len(caught.value.problems) == MAX_PROBLEMS + 1
    assert caught.value.problems[-1].message == f"more than {MAX_PROBLEMS} problems"


def listed(count: int) -> str:
    return "  - list: x\n    items:\n" + "".join(f"      - {n}\n" for n in range(count))


def asked(count: int) -> str:
    one = "      - front: q{0}\n        back: a{0}\n"
    return "  - questions:\n" + "".join(map(one.format, range(count)))


def compared(count: int) -> str:
    subjects = ", ".join(f"s{n}" for n in range(100))
    cells = ", ".join(f"v{n}" for n in range(100))
    rows = "".join(f"      r{n}: [{cells}]\n" for n in range(count // 100))
    return f"  - compare: [{subjects}]\n    by:\n{rows}"


@pytest.mark.parametrize("made", [listed, asked, compared])
def test_note_makes_five_hundred_cards_at_most(
    tmp_path: Path, made: Callable[[int], str]
) -> None:
    path = tmp_path / "deck.yaml"
    path.write_text(f"{HEAD}{made(500)}", "utf-8")
    assert outcome(path) == "1 notes"
    path.write_text(f"{HEAD}{made(3000)}", "utf-8")

    with pytest.raises(DeckError) as caught:
        read_deck(path)

    (problem,) = caught.value.problems
    assert problem.message == "3000 cards from one note, 500 at most"
