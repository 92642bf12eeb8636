"""Media references of a text."""

import pytest

from cards.text.media import is_remote, media_paths, medium_of, with_media_paths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no picture", ()),
        ("wow![]", ()),
        ("see ![a](b.png)", (("b.png", 4),)),
        ('![a](b.png "title") ![](c.mp3)', (("b.png", 0), ("c.mp3", 20))),
        ("![](a.png)![](a.png)", (("a.png", 0), ("a.png", 10))),
        ("![a](<b c.png>)", (("b c.png", 0),)),
        ("![a](b%20c.png)", (("b c.png", 0),)),
        ("![a [b]](c_(1).png)", (("c_(1).png", 0),)),
        ("[![a](b.png)](https://c.example)", (("b.png", 1),)),
        ("![a][b]\n\n[b]: c/d.png", (("c/d.png", 0),)),
        ("`![a](b.png)` is code", ()),
        ("    ![a](b.png)", ()),
        ("![a](https://b.example/c.png)", ()),
        ("![a](//b.example/c.png)", ()),
        ("![絵](図/鍵.png)", (("図/鍵.png", 0),)),
        ("- ![a](b.png)\n- x", (("b.png", 2),)),
    ],
)
def test_media_are_found_where_markdown_shows_them(
    text: str, expected: tuple[tuple[str, int], ...]
) -> None:
    assert media_paths(text) == expected


def test_sounds_and_videos_are_recognised_by_extension() -> None:
    found = [medium_of(name) for name in ("a.MP3", "a.opus", "a.mp4", "a.png", "mp3")]

    assert found == ["sound", "sound", "video", "image", "image"]


def test_a_drive_letter_is_not_a_web_address() -> None:
    assert [is_remote(path) for path in ("c:x.png", "http://x", "x/y:z")] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "path",
    ["b.png", "my b.png", "100% b.png", "a (b) [c].png", "a<b>.png", "絵/鍵.png"],
)
def test_renamed_file_is_found_under_its_new_path(path: str) -> None:
    text = with_media_paths("see ![a](old.png) and old.png", {"old.png": path})

    assert media_paths(text) == ((path, 4),)
    assert text.startswith("see ![a](") and text.endswith(" and old.png")
