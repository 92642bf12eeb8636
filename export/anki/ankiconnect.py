"""Exchange packages with a running Anki through the add-on AnkiConnect.

Source: https://git.sr.ht/~foosoft/anki-connect
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from export.files import ExchangeError

ADDRESS = "http://127.0.0.1:8765"
"""The default address of the add-on."""
_VERSION = 6
_PUSHED, _PULLED = "_flash-push.apkg", "_flash-pull.apkg"
"""Anki never deletes media that begin with `_` as unused."""
_MAX_SIZE = 1 << 30


class ConnectError(ExchangeError):
    """Anki can't be reached or refuses."""


class AnkiConnect:
    """A running Anki."""

    def __init__(
        self, address: str = ADDRESS, key: str = "", timeout_s: float = 60.0
    ) -> None:
        """Store the address; nothing is sent yet.

        Args:
            address: The address of the add-on, http only.
            key: Its `apiKey`, if it has one.
            timeout_s: Seconds to wait for an answer.

        Raises:
            ConnectError: The address is not an HTTP address.
        """
        self._address, self._key, self._timeout_s = address, key, timeout_s
        if not address.startswith(("http://", "https://")):
            hint = f"write it as {ADDRESS}"
            raise self._refused("not an HTTP address", hint)

    def check(self) -> None:
        """Check that Anki answers and that the add-on is new enough.

        Raises:
            ConnectError: Anki doesn't answer, or the add-on is too old.
        """
        version = self._ask("version")
        if not isinstance(version, int) or version < _VERSION:
            hint = "update the add-on AnkiConnect"
            raise self._refused(f"AnkiConnect {version}, too old", hint)

    def deck_names(self) -> list[str]:
        """Return the names of all decks.

        Raises:
            ConnectError: Anki can't be reached or refuses.
        """
        return [str(name) for name in self._ask("deckNames")]

    def send(self, package: bytes) -> None:
        """Import a package in Anki: notes and media are added and updated.

        Raises:
            ConnectError: Anki can't be reached or refuses; sending again is safe.
        """
        with self._temporary_media(_PUSHED) as path:
            data = base64.b64encode(package).decode()
            self._ask("storeMediaFile", filename=_PUSHED, data=data)
            if self._ask("importPackage", path=path) is not True:
                hint = "look for a message in Anki and push again"
                raise self._refused("Anki didn't import the package", hint)

    def fetch(self, deck: str) -> bytes:
        """Export a deck from Anki with its schedule and reviews.

        Args:
            deck: Its name; subdecks are included.

        Raises:
            ConnectError: Anki can't be reached or refuses.
        """
        with self._temporary_media(_PULLED) as path:
            done = self._ask("exportPackage", deck=deck, path=path, includeSched=True)
            data = self._ask("retrieveMediaFile", filename=_PULLED) if done else None
            if not isinstance(data, str):
                hint = "look for a message in Anki and pull again"
                raise self._refused(f"Anki didn't export '{deck}'", hint)
            return base64.b64decode(data)

    @contextmanager
    def _temporary_media(self, name: str) -> Iterator[str]:
        """Yield a path in Anki's media folder; delete the file afterwards."""
        folder = str(self._ask("getMediaDirPath")).rstrip("/\\")
        try:
            yield f"{folder}/{name}"
        finally:
            with suppress(ConnectError):
                self._ask("deleteMediaFile", filename=name)

    def _ask(self, action: str, **parameters: Any) -> Any:
        message: dict[str, Any] = {"action": action, "version": _VERSION}
        if parameters:
            message["params"] = parameters
        if self._key:
            message["key"] = self._key
        headers = {"Content-Type": "application/json"}
        body = json.dumps(message).encode()
        request = Request(self._address, body, headers)
        try:
            with urlopen(request, timeout=self._timeout_s) as response:
                said = response.read(_MAX_SIZE)
            answer = json.loads(said)
            result, error = answer["result"], answer["error"]
        except TimeoutError:
            raise self._too_slow() from None
        except HTTPError as refusal:
            raise self._refused(f"HTTP status {refusal.code}", _OPEN) from None
        except URLError as failure:
            if isinstance(failure.reason, TimeoutError):
                raise self._too_slow() from None
            raise self._refused("Anki doesn't answer", _OPEN) from None
        except OSError:
            raise self._refused("connection lost", "try again") from None
        except (ValueError, KeyError, TypeError):
            raise self._refused("not an answer of AnkiConnect", _OPEN) from None
        if error is not None:
            raise self._error_of(str(error))
        return result

    def _too_slow(self) -> ConnectError:
        message = f"no answer within {self._timeout_s:g} s"
        return self._refused(message, "close the dialogs in Anki and try again")

    def _error_of(self, error: str) -> ConnectError:
        if "api key" in error:
            return self._refused("the key is wrong or missing", "set it with --key")
        if "unsupported action" in error:
            hint = "update the add-on AnkiConnect"
            return self._refused(f"AnkiConnect is too old: {error}", hint)
        if "collection is not available" in error:
            return self._refused("Anki has no profile open", "open one and try again")
        return self._refused(f"Anki says: {error}", "fix that in Anki and try again")

    def _refused(self, message: str, hint: str) -> ConnectError:
        return ConnectError(self._address, message, hint)


_OPEN = "start Anki with the add-on AnkiConnect (2055492159); see --url"
