"""Addresses of logs, and answers of servers that can't be trusted."""

import pytest

from export.carriers import webdav
from export.carriers.address import Login, log_address
from export.carriers.errors import CarrierError


@pytest.mark.parametrize(
    ("address", "text", "login"),
    [
        ("s3://bucket", "s3://bucket", None),
        ("s3://bucket/a/b/", "s3://bucket/a/b", None),
        (
            "s3://k:s%2Ft@bucket/a?region=x&endpoint=https://h:9",
            "s3://bucket/a?endpoint=https://h:9&region=x",
            Login("k", "s/t"),
        ),
        ("davs://Host:8443/", "davs://host:8443", None),
        (
            "dav://u@[::1]:80/ä b/c%20d",
            "dav://[::1]:80/%C3%A4%20b/c%20d",
            Login("u", ""),
        ),
    ],
)
def test_address_is_split_and_has_no_password(
    address: str, text: str, login: Login | None
) -> None:
    found = log_address(address)

    assert (found.text, found.login) == (text, login)
    assert log_address(found.text).text == found.text


@pytest.mark.parametrize(
    "address",
    [
        "ftp://host/x",
        "https://host/x",
        "dav://",
        "dav://:80/x",
        "dav://host:x/",
        "dav://host:0/",
        "dav://host:99999/",
        "dav://höst/x",
        "dav://a b/x",
        "dav://host/x?y=1",
        "dav://host/x#y",
        "dav://host/../x",
        "dav://host/%2e%2e/x",
        "s3://Bu$cket/x",
        "s3://bucket?endpoint=host",
        "s3://bucket?endpoint=ftp://host",
        "s3://bucket?endpoint=http://h/ x",
        "s3://bucket?secret=x",
        "s3://bucket?x",
        "s3://geheim:ge/heim@bucket",
        "davs://user:geheim@",
    ],
)
def test_wrong_address_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(CarrierError, match="not an address of a log") as refused:
        log_address(address)

    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("davs://host/x", False),
        ("dav://host/x", True),
        ("dav://10.0.0.1/x", True),
        ("dav://127.0.0.1:80/x", False),
        ("dav://localhost/x", False),
        ("dav://[::1]/x", False),
        ("s3://b", False),
        ("s3://b?endpoint=https://host", False),
        ("s3://b?endpoint=http://host", True),
        ("s3://b?endpoint=http://127.0.0.1:9000", False),
    ],
)
def test_plain_http_is_open_except_on_this_computer(
    address: str, is_open: bool
) -> None:
    assert log_address(address).is_open is is_open


def answer(*members: str) -> bytes:
    """Return a list of collections (with `/`) and files of 5 bytes."""
    rows = [
        f"<response><href>{one}</href><propstat><prop><resourcetype>"
        f"{'<collection/>' if one.endswith('/') else ''}</resourcetype>"
        f"{'' if one.endswith('/') else '<getcontentlength>5</getcontentlength>'}"
        "</prop></propstat></response>"
        for one in members
    ]
    return f'<multistatus xmlns="DAV:">{"".join(rows)}</multistatus>'.encode()


def listed(monkeypatch: pytest.MonkeyPatch, body: bytes) -> list[tuple[str, int]]:
    monkeypatch.setattr(webdav, "request", lambda *_: (207, body))
    return webdav.WebDavCarrier(log_address("dav://127.0.0.1/my/log"), None).list("")


@pytest.mark.parametrize(
    "members",
    [
        ("/my/log/", "/my/log/a/", "/my/log/b%20c"),
        ("http://other/proxied/log/", "/proxied/log/b%20c", "/proxied/log/a/"),
        ("/my/log/", "/my/log/a/", "/my/log/a/deep", "/my/log/b c"),
        ("/", "/a/", "/b%20c"),
    ],
    ids=["plain", "behind a proxy", "deeper than asked", "root"],
)
def test_names_are_read_wherever_the_server_says(
    monkeypatch: pytest.MonkeyPatch, members: tuple[str, ...]
) -> None:
    found = listed(monkeypatch, answer(*members))

    assert sorted(found) == [("a/", 0), ("b c", 5)]


@pytest.mark.parametrize(
    "members", [("/log/", "/log/../x", "/etc/passwd"), ("/log/", "/log/x%2F..%2Fy")]
)
def test_no_path_is_taken_from_a_name(
    monkeypatch: pytest.MonkeyPatch, members: tuple[str, ...]
) -> None:
    assert listed(monkeypatch, answer(*members)) == []


_LAUGHS = (
    b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (n, b"&%c;" % (n - 1) * 20) for n in range(98, 112)
    )
    + b"]><multistatus>&o;</multistatus>"
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff",
        _LAUGHS,
        answer("/log/", "/log/x").replace(b">5<", b">five<"),
    ],
    ids=["empty", "html", "binary", "entities", "size"],
)
def test_a_response_that_is_not_webdav_is_named(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    with pytest.raises(CarrierError, match="not a WebDAV response"):
        listed(monkeypatch, body)
