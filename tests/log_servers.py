"""Servers of object storage and WebDAV, and a proxy that makes them fail."""

import http.client
import io
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

KEY, SECRET = "flash", "geheim/+1"


@contextmanager
def rclone(kind: str, folder: Path, *words: str) -> Iterator[str]:
    """Serve a folder with rclone; yield host and port."""
    process = subprocess.Popen(
        ["rclone", "serve", kind, "--addr", "127.0.0.1:0", *words, str(folder)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    try:
        for line in process.stderr:
            if found := re.search(r"http://(127\.0\.0\.1:\d+)", line):
                yield found[1]
                return
        raise AssertionError("rclone did not start")
    finally:
        process.kill()
        process.communicate()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@contextmanager
def wsgidav(folder: Path) -> Iterator[str]:
    """Serve a folder with WsgiDAV, which takes Depth infinity for 1."""
    from wsgidav.wsgidav_app import WsgiDAVApp

    users = {"*": {KEY: {"password": SECRET}}}
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)},
            "simple_dc": {"user_mapping": users},
            "logging": {"enable": False},
            "verbose": 0,
        }
    )

    def shallow(environment: dict[str, Any], start: Callable[..., Any]) -> Any:
        is_list = environment["REQUEST_METHOD"] == "PROPFIND"
        if is_list and environment.get("HTTP_DEPTH", "infinity") == "infinity":
            environment["HTTP_DEPTH"] = "1"
        length = int(environment.get("CONTENT_LENGTH") or 0)
        environment["wsgi.input"] = io.BytesIO(environment["wsgi.input"].read(length))
        return app(environment, start)

    server = make_server("127.0.0.1", 0, shallow, _Threads, _Quiet)
    with served(server):
        yield f"127.0.0.1:{server.server_port}"


@contextmanager
def served(server: Any) -> Iterator[None]:
    """Run a server in a thread."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def server(kind: str, folder: Path) -> Iterator[str]:
    if kind == "s3":
        (folder / "bucket").mkdir(exist_ok=True)
        with rclone("s3", folder, "--auth-key", f"{KEY},{SECRET}") as host:
            yield host
    elif kind == "rclone":
        words = ("--baseurl", "/re mote", "--user", KEY, "--pass", SECRET)
        with rclone("webdav", folder, *words) as host:
            yield host
    else:
        with wsgidav(folder) as host:
            yield host


def address(kind: str, host: str, login: str = "") -> str:
    if kind == "s3":
        return f"s3://{login}bucket/my/log?endpoint=http://{host}"
    base = "re mote/" if kind == "rclone" else ""
    return f"dav://{login}{host}/{base}my/lög"


def with_login(secret: str = SECRET) -> str:
    return f"{KEY}:{quote(secret, safe='')}@"


class Proxy(ThreadingHTTPServer):
    """Hands requests on, until a number of files was read or put."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarding)
        self.target = target
        self.left = 1_000
        """Files that may still be read or put."""
        self.failure = ""
        """`full`, `gone` or, from the beginning, `busy`."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Forwarding(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def log_message(self, *_: Any) -> None:
        pass

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_get = self.command == "GET" and self.path.endswith(".flashlog")
        self.server.left -= is_get or self.command == "PUT"
        if self.server.failure == "busy":
            self._answer(503, b"", {})
            return
        if self.server.left < 0 and self.server.failure == "gone":
            self.close_connection = True
            return
        if self.server.left < 0 and self.command == "PUT":
            text = b"<Error><Code>QuotaExceeded</Code><Message>x</Message></Error>"
            self._answer(507, text, {})
            return
        upstream = http.client.HTTPConnection(self.server.target)
        upstream.request(self.command, self.path, body or None, dict(self.headers))
        answer = upstream.getresponse()
        self._answer(answer.status, answer.read(), dict(answer.headers))
        upstream.close()

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in (
                "content-length",
                "transfer-encoding",
                "connection",
            ):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._forward
        raise AttributeError(name)
