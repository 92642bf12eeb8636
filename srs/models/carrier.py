"""Where a device log is kept: three calls that any store of files can answer."""

from typing import Protocol


class Carrier(Protocol):
    """Where a log is; a name is `folder/file`, and both parts are safe."""

    address: str
    """As it is shown and remembered, without a password."""

    def list(self, folder: str) -> list[tuple[str, int]]:
        """Return names and sizes of what is in a folder; folders end with `/`."""

    def get(self, name: str, largest: int) -> bytes:
        """Read a file; nothing of one that is larger than so many bytes."""

    def put(self, name: str, data: bytes) -> int:
        """Write a file that is not there yet, completely or not at all.

        Returns:
            Its size as it is listed.
        """
