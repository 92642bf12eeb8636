"""Exchange packages with a running Anki through the add-on AnkiConnect.

Source: https://git.sr.ht/~foosoft/anki-connect
"""

import base64
import binascii
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from cards.translate import N_, _
from export.files import ExchangeError
from export.http_request import HttpAddress, HttpError, HttpFault, post

ADDRESS = "http://127.0.0.1:8765"
"""The default address of the add-on."""
_VERSION = 6
_PUSHED, _PULLED = "_flash-push.apkg", "_flash-pull.apkg"
"""Anki never deletes media that begin with `_` as unused."""
_MAX_PACKAGE = 1 << 30
"""Bytes of an answer that contains a package."""
_MAX_ANSWER = 16 << 20
"""Bytes of any other answer."""
_MAX_QUOTED = 300
_QUERIED, _DESCRIBED = 1000, 100
"""Ids in a query; notes whose fields are in one answer."""
_T = TypeVar("_T")


class ConnectError(ExchangeError):
    """Anki can't be reached or refuses."""


class _NoteTime(Struct, frozen=True, rename="camel"):
    note_id: int = 0
    """0 if Anki lacks the note."""
    mod: int = 0


class _Field(Struct, frozen=True):
    value: str
    order: int


class NoteInAnki(Struct, frozen=True, rename="camel"):
    """A note as it is in Anki."""

    note_id: int = 0
    """0 if Anki lacks the note."""
    model_name: str = ""
    """The name of its note type."""
    tags: tuple[str, ...] = ()
    fields: dict[str, _Field] = {}
    """By name; see `texts`."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The fields in the order of the note type."""
        fields = sorted(self.fields.values(), key=lambda field: field.order)
        return tuple(field.value for field in fields)


class NoteTypeInAnki(Struct, frozen=True):
    """The names in a note type of Anki."""

    name: str
    fields: tuple[str, ...]
    templates: tuple[str, ...]


class AnkiConnect:
    """A running Anki."""

    def __init__(
        self, address: str = ADDRESS, key: str = "", timeout_s: float = 60.0
    ) -> None:
        """Store the address; nothing is sent yet.

        Args:
            address: The address of the add-on.
            key: Its `apiKey`, if it has one.
            timeout_s: Seconds until an answer must be complete.

        Raises:
            ConnectError: The address is not an HTTP address.
        """
        self._address, self._key, self._timeout_s = address, key, timeout_s
        try:
            self._server = HttpAddress(address)
        except ValueError:
            hint = _("write it as {address}").format(address=ADDRESS)
            raise self._refused(_("not an HTTP address"), hint) from None

    def check(self) -> None:
        """Check that Anki answers and that the add-on is new enough.

        Raises:
            ConnectError: Anki doesn't respond, or the add-on is too old.
        """
        version = self._ask("version")
        if not isinstance(version, int) or version < _VERSION:
            hint = _("update the add-on AnkiConnect")
            raise self._refused(
                _("AnkiConnect {version}, too old").format(version=version), hint
            )

    def deck_names(self) -> list[str]:
        """Return the names of all decks.

        Raises:
            ConnectError: Anki can't be reached or refuses.
        """
        return self._converted(self._ask("deckNames"), list[str])

    def cards_there(self, cards: Sequence[int]) -> list[int]:
        """Return which of some cards (ids) Anki has.

        Raises:
            ConnectError: Anki can't be reached or refuses.
        """
        found: list[int] = []
        for start in range(0, len(cards), _QUERIED):
            query = "cid:" + ",".join(map(str, cards[start : start + _QUERIED]))
            found += self._converted(self._ask("findCards", query=query), list[int])
        return found

    def decks_of(self, cards: Sequence[int]) -> dict[str, list[int]]:
        """Return those of some cards (ids) that Anki has, by the name of their deck.

        Raises:
            ConnectError: Anki can't be reached or refuses.
        """
        # For a card that it lacks, Anki would name the default deck.
        answer = self._ask("getDecks", cards=self.cards_there(cards))
        return self._converted(answer, dict[str, list[int]])

    def notes_changed(self, notes: Sequence[int]) -> dict[int, int]:
        """Return when notes were last changed in Anki.

        Args:
            notes: Their ids; Anki may lack some.

        Returns:
            Epoch seconds by id, of those that Anki has.

        Raises:
            ConnectError: Anki can't be reached or refuses.
        """
        found: dict[int, int] = {}
        for start in range(0, len(notes), _QUERIED):
            part = notes[start : start + _QUERIED]
            answer = self._ask("notesModTime", notes=part)
            times = self._converted(answer, list[_NoteTime])
            found |= {one.note_id: one.mod for one in times if one.note_id}
        return found

    def notes(self, notes: Sequence[int]) -> dict[int, NoteInAnki]:
        """Read notes as they are in Anki; see `notes_changed`."""
        found: dict[int, NoteInAnki] = {}
        for start in range(0, len(notes), _DESCRIBED):
            part = notes[start : start + _DESCRIBED]
            read = self._converted(self._ask("notesInfo", notes=part), list[NoteInAnki])
            found |= {one.note_id: one for one in read if one.note_id}
        return found

    def notetypes(self, keys: Collection[int]) -> dict[int, NoteTypeInAnki]:
        """Describe note types.

        Args:
            keys: Their ids; Anki may lack some.

        Raises:
            ConnectError: Anki can't be reached or refuses.
        """
        names = self._converted(self._ask("modelNamesAndIds"), dict[str, int])
        found: dict[int, NoteTypeInAnki] = {}
        for name, key in names.items():
            if key in keys:
                fields = self._ask("modelFieldNames", modelName=name)
                templates = self._ask("modelTemplates", modelName=name)
                found[key] = NoteTypeInAnki(
                    name,
                    self._converted(fields, tuple[str, ...]),
                    tuple(self._converted(templates, dict[str, Any])),
                )
        return found

    def send(self, package: bytes) -> None:
        """Import a package in Anki: notes and media are added and updated.

        Raises:
            ConnectError: Anki can't be reached or refuses; sending again is safe.
        """
        with self._temporary_media(_PUSHED) as path:
            data = base64.b64encode(package).decode()
            self._ask("storeMediaFile", filename=_PUSHED, data=data)
            if self._ask("importPackage", path=path) is not True:
                hint = _("look for a message in Anki and push again")
                raise self._refused(_("Anki didn't import the package"), hint)

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
                hint = _("look for a message in Anki and pull again")
                raise self._refused(
                    _("Anki didn't export '{deck}'").format(deck=deck), hint
                )
            try:
                return base64.b64decode(data, validate=True)
            except (binascii.Error, ValueError):
                raise self._refused(_(_FOREIGN), _(_OPEN)) from None

    @contextmanager
    def _temporary_media(self, name: str) -> Iterator[str]:
        """Yield a path in Anki's media folder; delete the file afterwards."""
        folder = self._converted(self._ask("getMediaDirPath"), str)
        try:
            yield folder.rstrip("/\\") + f"/{name}"
        finally:
            with suppress(ConnectError):
                self._ask("deleteMediaFile", filename=name)

    def _converted(self, result: Any, kind: type[_T]) -> _T:
        try:
            return msgspec.convert(result, kind)
        except msgspec.ValidationError:
            raise self._refused(_(_FOREIGN), _(_OPEN)) from None

    def _ask(self, action: str, **parameters: Any) -> Any:
        message: dict[str, Any] = {"action": action, "version": _VERSION}
        if parameters:
            message["params"] = parameters
        if self._key:
            message["key"] = self._key
        largest = _MAX_PACKAGE if action == "retrieveMediaFile" else _MAX_ANSWER
        body = json.dumps(message).encode()
        try:
            said = post(self._server, body, self._timeout_s, largest)
            answer = json.loads(said)
            result, error = answer["result"], answer["error"]
        except HttpError as failure:
            raise self._failed(failure) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._refused(_(_FOREIGN), _(_OPEN)) from None
        if error is not None:
            raise self._error_of(str(error)[:_MAX_QUOTED])
        return result

    def _failed(self, failure: HttpError) -> ConnectError:
        match failure.fault:
            case HttpFault.UNREACHABLE:
                return self._refused(_("Anki doesn't respond"), _(_OPEN))
            case HttpFault.TIMEOUT:
                message = _("no response within {seconds:g} s").format(
                    seconds=self._timeout_s
                )
                hint = _("close the dialogs in Anki and try again")
                return self._refused(message, hint)
            case HttpFault.STATUS:
                return self._refused(
                    _("HTTP status {status}").format(status=failure.status), _(_OPEN)
                )
            case HttpFault.TOO_LARGE:
                hint = _("pull smaller decks with --deck, or export a package in Anki")
                return self._refused(_("the response is too large"), hint)
            case HttpFault.LOST:
                return self._refused(_("connection lost"), _("try again"))
            case HttpFault.NOT_HTTP:
                return self._refused(_(_FOREIGN), _(_OPEN))

    def _error_of(self, error: str) -> ConnectError:
        if "api key" in error:
            return self._refused(
                _("the key is wrong or missing"), _("set it with --key")
            )
        if "unsupported action" in error:
            hint = _("update the add-on AnkiConnect")
            return self._refused(
                _("AnkiConnect is too old: {error}").format(error=error), hint
            )
        if "collection is not available" in error:
            return self._refused(
                _("Anki has no profile open"), _("open one and try again")
            )
        return self._refused(
            _("Anki says: {error}").format(error=error),
            _("fix that in Anki and try again"),
        )

    def _refused(self, message: str, hint: str) -> ConnectError:
        return ConnectError(self._address, message, hint)


_FOREIGN = N_("not an AnkiConnect response")
_OPEN = N_("start Anki with the add-on AnkiConnect (2055492159); see --url")
