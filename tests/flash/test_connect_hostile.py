"""A server at the address of AnkiConnect that is broken or hostile."""

import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat

import pytest
from command_runner import Run

from export.anki import ankiconnect
from export.http_request import HttpAddress, HttpError, HttpFault, post

OK = b"HTTP/1.1 200 OK\r\n"
FOREIGN = "not an AnkiConnect response (start Anki with the add-on AnkiConnect"
LOST = "connection lost (try again)"


@contextmanager
def server(parts: Iterable[bytes], pause_s: float = 0.0) -> Iterator[str]:
    """Send the same bytes to everybody who asks; yield the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                asking, _ = listener.accept()
                with asking, suppress(OSError):
                    # All of it: closing earlier would reset the connection.
                    while (read := asking.recv(65_536)) and not read.endswith(b"}"):
                        pass
                    for part in parts:
                        asking.sendall(part)
                        if is_over.wait(pause_s):
                            return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        is_over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def body(text: bytes | str) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return OK + b"Content-Length: %d\r\n\r\n" % len(data) + data


def result(value: object) -> bytes:
    return body(json.dumps({"result": value, "error": None}))


def chunked(data: bytes) -> bytes:
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + data


ANSWERS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", LOST),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", FOREIGN),
    "a status line of one megabyte": (b"HTTP/1.1 " + b"2" * 1_000_000, FOREIGN),
    "a header of one megabyte": (OK + b"A: " + b"b" * 1_000_000, FOREIGN),
    "a thousand headers": (OK + b"A: b\r\n" * 1000 + b"\r\n", FOREIGN),
    "half an answer": (OK + b"Content-Length: 99\r\n\r\n{", LOST),
    "an impossible length": (OK + b"Content-Length: -5\r\n\r\n{", FOREIGN),
    "a bad chunk": (chunked(b"zz\r\nabc\r\n"), LOST),
    "half a chunk": (chunked(b"99\r\nabc"), LOST),
    "a negative chunk": (chunked(b"-1\r\n" + b"x" * 10_000), LOST),
    "deep JSON": (body("[" * 100_000), FOREIGN),
    "deep JSON in the result": (
        body('{"error": null, "result": ' + "[" * 100_000 + "]" * 100_000 + "}"),
        FOREIGN,
    ),
    "a list": (body("[]"), FOREIGN),
    "a number of 10,000 digits": (body('{"result":' + "9" * 10_000 + "}"), FOREIGN),
    "no UTF-8": (body(b'{"result": "\xff"}'), FOREIGN),
    "a redirect": (
        b"HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\n\r\n",
        "HTTP status 302 (start Anki",
    ),
    "an error of one megabyte": (
        body(json.dumps({"result": None, "error": "x" * 1_000_000})),
        f"Anki says: {'x' * 300} (fix that",
    ),
    "escape sequences": (
        body(json.dumps({"result": None, "error": "\x1b]0;owned\x07\ud800\u202e"})),
        "Anki says: ",
    ),
}


@pytest.mark.parametrize(("answer", "message"), ANSWERS.values(), ids=ANSWERS)
def test_bad_answer_is_one_clean_sentence(
    flash: Run, answer: bytes, message: str
) -> None:
    with server([answer]) as url:
        code, out, err = flash("push", "--url", url, "--timeout", "5")

    assert (code, out) == (1, "")
    assert err.startswith(f"flash: {url}: {message}")
    assert err.removesuffix("\n").isprintable()


@pytest.mark.parametrize("value", [None, 1, {"a": 1}, "x"])
def test_deck_names_that_are_no_list_are_refused(value: object) -> None:
    with server([result(value)]) as url, pytest.raises(ankiconnect.ConnectError) as got:
        ankiconnect.AnkiConnect(url, timeout_s=5).deck_names()

    assert got.value.message == "not an AnkiConnect response"


@pytest.mark.parametrize("value", [1, "not base64: \u202e", "a"])
def test_package_that_is_no_base64_is_refused(value: object) -> None:
    with server([result(value)]) as url, pytest.raises(ankiconnect.ConnectError):
        ankiconnect.AnkiConnect(url, timeout_s=5).fetch("D")


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http://[::1",
        "http://h:port",
        "http://h:99999",
        "http://a b",
        "ftp://h",
    ]
    + [
        "http://u:p@h",
        "http://ü",
        "http://h/\x1b[2J",
        f"http://{'a' * 64}",
        "http://..",
    ],
)
def test_bad_address_is_one_clean_sentence(flash: Run, address: str) -> None:
    code, out, err = flash("push", "--url", address)

    assert (code, out) == (1, "")
    assert err.startswith("flash: ")
    assert "not an HTTP address (write it as http://127.0.0.1:8765)" in err
    assert err.removesuffix("\n").isprintable()


DRIPS: dict[str, Iterable[bytes]] = {
    "the headers": repeat(b"A"),
    "an answer with a length": [OK, b"Content-Length: 100000\r\n\r\n", *[b"x"] * 1000],
    "an answer without a length": [OK, b"\r\n", *[b"x"] * 1000],
    "continue, for ever": repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("parts", DRIPS.values(), ids=DRIPS)
def test_timeout_bounds_an_answer_that_drips(
    flash: Run, parts: Iterable[bytes]
) -> None:
    with server(parts, pause_s=0.05) as url:
        started = time.monotonic()
        err = flash("push", "--url", url, "--timeout", "0.4")[2]

    assert time.monotonic() - started < 5
    assert err.startswith(f"flash: {url}: no response within 0.4 s")


@pytest.mark.parametrize("head", [b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n-1\r\n"])
def test_read_bytes_are_bounded(head: bytes) -> None:
    endless = (part for part in (OK + head, *[b"x" * 65_536] * 10_000))

    with server(endless) as url, pytest.raises(HttpError) as got:
        post(HttpAddress(url), b"{}", timeout_s=20, largest=1_000_000)

    assert got.value.fault is HttpFault.TOO_LARGE


def test_no_proxy_is_asked(flash: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with server([result(5)]) as url:
        err = flash("push", "--url", url)[2]

    assert "AnkiConnect 5, too old" in err


@pytest.mark.parametrize("value", ["nan", "inf", "1e300", "0"])
def test_impossible_timeout_is_a_usage_error(flash: Run, value: str) -> None:
    assert flash("push", "--timeout", value)[0] == 2
