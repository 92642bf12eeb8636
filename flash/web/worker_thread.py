"""Threads beside the event loop, for the open store, for pages, and for long work."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Result = TypeVar("_Result")


class WorkerThread:
    """One thread that runs calls in their order."""

    def __init__(self) -> None:
        """Start without a thread; the first call makes it."""
        self._executor = ThreadPoolExecutor(1)

    async def run(self, call: Callable[[], _Result]) -> _Result:
        """Run a call off the event loop, and wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def close(self) -> None:
        """Wait for the calls that have begun, and drop the others."""
        self._executor.shutdown(wait=True, cancel_futures=True)
