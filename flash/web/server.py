"""Run the web application: the socket, TLS, and limits for slow clients."""

import errno
import socket
import ssl
from pathlib import Path
from typing import Any

from cards.errors import FlashError
from cards.translate import _

_BACKLOG = 128
_MOST_CONNECTIONS = 200
_IDLE_S = 20
_END_S = 3


def listen(host: str, port: int) -> socket.socket:
    """Open the socket of the server.

    Raises:
        FlashError: The port is in use, or the address can't be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # `::` are all addresses, also those of IPv4.
    both = family is socket.AF_INET6 and socket.has_dualstack_ipv6()
    try:
        made = socket.create_server(
            (host, port), family=family, backlog=_BACKLOG, dualstack_ipv6=both
        )
    except (OSError, OverflowError, UnicodeError) as error:
        raise _refusal(host, port, error) from None
    # Else the body of each reply waits 40 ms for the receipt of its head.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _refusal(host: str, port: int, error: Exception) -> FlashError:
    reasons = {
        errno.EADDRINUSE: (
            _("port {port} is in use"),
            _("name another one with --port; flash serve may be running already"),
        ),
        errno.EACCES: (
            _("port {port} needs administrator rights"),
            _("name one from 1024 on with --port"),
        ),
    }
    unknown = (_("can't listen to {host}: {reason}"), _("see --host"))
    message, hint = reasons.get(getattr(error, "errno", None) or 0, unknown)
    reason = getattr(error, "strerror", None) or str(error)
    return FlashError(message.format(host=host, port=port, reason=reason), hint)


def check_certificate(cert: Path, key: Path) -> None:
    """Check that a certificate and its key can be used.

    Raises:
        FlashError: They can't.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        message = _("the certificate can't be used: {reason}")
        reason = getattr(error, "strerror", None) or str(error)
        hint = _("--cert and --key name PEM files that belong together")
        raise FlashError(message.format(reason=reason), hint, cert) from None


def serve(
    app: Any, listening: socket.socket, certificate: tuple[Path, Path] | None
) -> None:
    """Answer requests until Ctrl-C or SIGTERM.

    Args:
        app: The application.
        listening: From `listen`.
        certificate: The files of a certificate and its key; None for plain http.
    """
    import uvicorn

    from flash.web.protocol import PatientProtocol  # noqa: PLC0415 - loads uvicorn

    cert, key = certificate or (None, None)
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_END_S,
        ssl_certfile=cert,
        ssl_keyfile=key,
    )
    server = uvicorn.Server(config)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()
