"""Requests from elsewhere are refused, and nothing of a card leaves with them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from store_fixtures import Clock, add, basic, numbered
from web_client import ORIGIN, Client, Server, step_id

from flash.web.security import HEADERS, Keys, Site, Tries, origin_of
from srs.store.browsers import browsers, remove_browser
from srs.store.connection import Store

SECRET = "A 000"
"""The question of a card."""
PATHS = (
    *("/api/queue", "/api/decks", "/api/tags", "/api/search?q=a", "/api/stats"),
    *("/api/exam", "/api/cards/x/y/history", "/media/eA", "/api/none"),
)
POSTS = (
    *("/api/answers", "/api/undo", "/api/check-typed", "/api/cards"),
    *("/api/decks/start", "/api/cards/x/y/bury"),
)


@pytest.fixture
def server(store: Store, clock: Clock) -> Iterator[Server]:
    add(store, numbered(2))
    made = Server(store, clock)
    yield made
    made.close()


def status(client: Client, path: str, **headers: str) -> int:
    return client.http.get(path, headers=headers).status_code


def test_everything_but_the_page_needs_a_cookie(server: Server) -> None:
    client = server.client()

    found = [client.http.get(path) for path in PATHS]
    found += [client.http.post(path, json={}) for path in POSTS]

    assert {reply.status_code for reply in found} == {401}
    assert not any(SECRET in reply.text for reply in found)
    assert [status(client, path) for path in ("/", "/api/words")] == [200, 200]


def test_every_response_has_the_protecting_headers(server: Server) -> None:
    client = server.client("Firefox")
    paths = ("/", "/api/queue", "/none", "/static/none", "/api/none", "/media/none")

    for path in paths:
        headers = client.http.get(path).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS, path

    policy = HEADERS["content-security-policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_key_pairs_one_browser(server: Server) -> None:
    key = server.keys.new()
    one, two = server.client(), server.client()

    assert [one.pair(key), two.pair(key), two.pair("guess"), two.pair("")] == [
        *(204, 403, 403, 403)
    ]
    assert status(one, "/api/queue") == 200
    assert status(two, "/api/queue") == 401


def test_the_cookie_is_for_this_site_and_no_script(server: Server) -> None:
    client = server.client()
    reply = client.http.post(
        "/api/pair", json={"key": server.keys.new(), "name": "Fire\x1bfox\n"}
    )

    name, *attributes = reply.headers["set-cookie"].split("; ")
    assert name.startswith("flash_8421=")
    assert attributes == ["Max-Age=31536000", "Path=/", "HttpOnly", "SameSite=Strict"]
    saved = server.store.rows("select name, cookie from browsers")
    assert [row[0] for row in saved] == ["Fire␛fox"]
    assert name.partition("=")[2] not in str(saved)


def test_the_cookie_is_secure_over_https() -> None:
    assert Site("h", 1, is_secure=True).cookie("x").endswith("; Secure")
    assert Site("h", 1, origin="https://a.b").cookie("x").endswith("; Secure")


def test_a_paired_browser_spends_a_key_too(server: Server) -> None:
    paired, key = server.client("Firefox"), server.keys.new()

    assert paired.pair(key) == 204
    assert server.client().pair(key) == 403


def test_pairing_again_changes_nothing(server: Server) -> None:
    client = server.client("Firefox")

    assert client.pair(server.keys.new()) == 204

    assert len(browsers(server.store)) == 1


def test_a_revoked_browser_is_out_at_once(server: Server) -> None:
    client = server.client("Firefox")
    assert status(client, "/api/queue") == 200

    assert remove_browser(server.store, "Firefox")

    assert status(client, "/api/queue") == 401
    assert not remove_browser(server.store, "Firefox")


def test_a_made_up_cookie_is_refused(server: Server) -> None:
    client = server.client()
    cookies = ("flash_8421=guess", "flash_8421=", "flash_8421", "=;;\x7f", "x" * 5000)

    assert {status(client, "/api/queue", cookie=one) for one in cookies} == {401}


@pytest.mark.parametrize("other", ['prefs={"theme":"dark"}', "a", "=b", "c d=\x7f"])
def test_cookies_of_other_programs_do_no_harm(server: Server, other: str) -> None:
    client = server.client("Firefox")
    own = f"flash_8421={client.http.cookies['flash_8421']}"

    for cookie in (f"{other}; {own}", f"{own};{other}"):
        reply = client.http.get("/api/queue", headers={"cookie": cookie})
        assert reply.status_code == 200


def test_guessing_keys_is_slowed_down(server: Server) -> None:
    client = server.client()

    found = [client.pair(f"guess {n}") for n in range(11)]

    assert found == [403] * 10 + [429]
    assert client.pair(server.keys.new()) == 429


def test_tries_are_counted_by_address_and_minute() -> None:
    now = [0.0]
    tries = Tries(lambda: now[0])
    assert [tries.may_try("a") for _ in range(12)] == [True] * 10 + [False] * 2
    assert tries.may_try("b")

    now[0] = 61.0

    assert tries.may_try("a")


def test_a_try_counts_for_a_minute() -> None:
    now = [0.0]
    tries = Tries(lambda: now[0])
    for _ in range(9):
        tries.may_try("a")
    now[0] = 50.0
    assert [tries.may_try("a") for _ in range(2)] == [True, False]

    now[0] = 61.0

    assert [tries.may_try("a") for _ in range(9)] == [True] * 8 + [False]


def test_many_addresses_take_no_more_memory() -> None:
    tries = Tries(lambda: 0.0)

    allowed = [tries.may_try(str(n)) for n in range(1100)]

    assert (allowed[999], allowed[1000]) == (True, False)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8421",
        "localhost",
        "localhost:80",
        "127.0.0.1:8422",
        "192.168.0.2:8421",
        "user@localhost:8421",
        "localhost:8421:8421",
        "localhost:port",
        "[::1",
        "",
    ],
)
def test_a_foreign_name_of_the_server_is_refused(server: Server, host: str) -> None:
    client = server.client("Firefox")

    assert status(client, "/api/queue", host=host) == 421
    assert status(client, "/", host=host) == 421


@pytest.mark.parametrize("host", ["localhost:8421", "127.0.0.1:8421", "[::1]:8421"])
def test_this_computer_has_several_names(server: Server, host: str) -> None:
    client = server.client("Firefox")

    assert status(client, "/", host=host, origin=f"http://{host}") == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "https://127.0.0.1:8421", f"{ORIGIN}.evil.com"],
)
def test_a_page_of_another_site_is_refused(server: Server, origin: str) -> None:
    client = server.client("Firefox")
    answer = client.answer_to(client.cards()[0], 3)

    reply = client.http.post("/api/answers", json=[answer], headers={"origin": origin})

    assert reply.status_code == 403
    assert status(client, "/api/queue", origin=origin) == 403
    assert server.store.row("select count(*) from reviews") == (0,)


def test_a_form_or_a_frame_of_another_site_is_refused(server: Server) -> None:
    client = server.client("Firefox")
    body = json.dumps([client.answer_to(client.cards()[0], 3)])

    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        headers = {"content-type": kind}
        reply = client.http.post("/api/answers", content=body, headers=headers)
        assert reply.status_code == 415
    assert status(client, "/api/queue", **{"sec-fetch-site": "cross-site"}) == 403
    assert status(client, "/api/queue", **{"sec-fetch-site": "same-origin"}) == 200


def test_a_proxy_has_an_origin_of_its_own(store: Store, clock: Clock) -> None:
    site = Site("127.0.0.1", 8421, origin="https://cards.example.org")
    server = Server(store, clock, site)
    client = server.client("Firefox")
    client.http.cookies.clear()
    named = {"host": "cards.example.org", "origin": "https://cards.example.org"}

    assert status(client, "/", **named) == 200
    assert status(client, "/", **named | {"origin": "http://cards.example.org"}) == 403
    server.close()


def test_a_server_of_the_network_has_only_its_addresses() -> None:
    site = Site("0.0.0.0", 8421)

    allowed = ("192.168.0.2:8421", "localhost:8421", "[fe80::1]:8421")
    assert [site.allows_host(one) for one in allowed] == [True] * 3
    assert not site.allows_host("evil.example:8421")
    assert not Site("192.168.0.2", 8421).allows_host("192.168.0.3:8421")


def test_no_path_leaves_the_static_files(server: Server) -> None:
    client = server.client("Firefox")
    paths = (
        *("/static/../app.py", "/static/..%2fapp.py", "/..%2f..%2fetc%2fpasswd"),
        *("/static/%2e%2e/app.py", "/static/%00", "/static/index.html/", "/app.py"),
        *("/static//etc/passwd", "/static/C:%5Cx", "/static/" + "x" * 3000),
    )

    assert {status(client, path) for path in paths} == {404}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b'[{"x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}]",
        b"\xff",
        b'{"id": 1}',
        b"[" * 100_000,
        b'[{"id": "x"}]',
        b'"\\ud800"',
        json.dumps([{"id": "0" * 32, "guid": "g", "uid": "u", "at": 1}]).encode(),
    ],
)
def test_a_body_that_is_no_answer_is_refused(server: Server, body: bytes) -> None:
    client = server.client("Firefox")
    headers = {"content-type": "application/json"}

    reply = client.http.post("/api/answers", content=body, headers=headers)

    assert reply.status_code == 422
    assert set(reply.json()) == {"error", "hint"}


@pytest.mark.parametrize(
    "change",
    [
        {"at": 10**30},
        {"rating": 0},
        {"rating": 5},
        {"duration_ms": -1},
        {"offset_min": 10_000},
        {"id": "A" * 32},
        {"id": "0" * 31},
        {"guid": "x" * 10_001},
        {"seen": "x" * 101},
        {"at": 1.5},
    ],
    ids=str,
)
def test_values_outside_their_range_are_refused(
    server: Server, change: dict[str, Any]
) -> None:
    client = server.client("Firefox")
    answer = client.answer_to(client.cards()[0], 3) | change

    reply = client.http.post("/api/answers", json=[answer])

    assert reply.status_code == 422
    assert server.store.row("select count(*) from reviews") == (0,)


def test_a_huge_body_is_refused_before_it_is_read(server: Server) -> None:
    client = server.client("Firefox")
    read = []

    def pieces() -> Iterator[bytes]:
        for number in range(1000):
            read.append(number)
            yield b" " * 65536

    headers = {"content-type": "application/json"}
    reply = client.http.post("/api/answers", content=pieces(), headers=headers)
    small = client.http.post("/api/undo", content=b" " * 65_000, headers=headers)

    assert (reply.status_code, small.status_code) == (413, 413)


def test_odd_numbers_in_an_address_are_refused(server: Server) -> None:
    client = server.client("Firefox")
    odd = ("-1", "x", "1e3", "²", "99999999999999999999", "%00")

    assert {status(client, f"/api/queue?more={one}") for one in odd} == {422}


def test_no_log_shows_a_card_or_a_key(
    server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = server.client("Firefox")
    key = server.keys.new()

    def fail(*_: object, **_more: object) -> None:
        raise RuntimeError(f"{SECRET} {key}")

    monkeypatch.setattr("flash.service.serving.open_session", fail)
    client.http._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    reply = client.http.get(f"/api/queue?query={SECRET}&key={key}")

    shown = capsys.readouterr()
    assert reply.status_code == 500
    assert reply.json()["error"] == "internal server error"
    assert shown.out == ""
    assert shown.err.startswith("flash: /api/queue: RuntimeError at ")
    assert SECRET not in shown.err + reply.text
    assert key not in shown.err + reply.text


def test_a_deck_that_is_not_bundled_is_not_read(server: Server) -> None:
    client = server.client("Firefox")

    for name in ("../etc", "/etc/passwd", "aws-security/..", ""):
        reply = client.http.post("/api/decks/start", json={"deck": name})
        assert reply.status_code == 400


def test_keys_are_long_and_differ() -> None:
    keys = Keys()
    found = {keys.new() for _ in range(50)}

    assert len(found) == 50
    assert min(map(len, found)) >= 22
    assert keys.spend(next(iter(found)))


def test_a_step_of_a_card_that_is_gone_is_an_error(server: Server) -> None:
    client = server.client("Firefox")

    reply = client.http.post("/api/cards/gone/x/bury", json={"id": step_id(1)})
    other = client.http.post("/api/cards/gone/x/delete", json={"id": step_id(1)})

    assert (reply.status_code, other.status_code) == (400, 404)


def test_a_question_is_never_html_of_its_author(server: Server) -> None:
    add(server.store, [basic("<script>alert(1)</script>", "H")], file="/decks/h.yaml")
    client = server.client("Firefox")

    questions = [card["question"] for card in client.cards()]

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in questions


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://cards.example.org:443/", "https://cards.example.org"),
        ("http://Cards.Example.org:80", "http://cards.example.org"),
        ("https://exämple.org", "https://xn--exmple-cua.org"),
        ("https://[0:0::1]:8443/x?y#z", "https://[::1]:8443"),
        ("HTTP://192.0.2.1:443", "http://192.0.2.1:443"),
    ],
)
def test_an_origin_is_what_browsers_send(address: str, origin: str) -> None:
    assert origin_of(address) == origin
    assert Site("127.0.0.1", 1, origin=origin).allows_host(origin.split("//")[1])


@pytest.mark.parametrize(
    "address",
    [
        *("https://[::1", "https://a.b:abc", "https://a.b:99999", "https://a.b:"),
        *("https://a.b:0", "https://a b", " https://a.b", "https://a.b\n", "https://"),
        *("https://user@a.b", "https://a..b", "https://a,b", "file:///a", "a.b"),
    ],
)
def test_what_is_no_origin_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        origin_of(address)
