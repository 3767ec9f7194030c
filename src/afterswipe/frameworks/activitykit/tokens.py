"""Push tokens of Live Activities, and how the app's code follows what changes about its cards."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable

from afterswipe.kernel import Process

STARTS = 0
"""Stands in the place of a card's number for the token that starts cards."""


class PushTokens:
    """The tokens that this phone has now, by card, and who follows them; `owner` knows every one that there ever was."""

    def __init__(self) -> None:
        self.current: dict[int, str] = {}
        self.owner: dict[str, int] = {}
        self._followers: list[Callable[[], None]] = []
        self.forget_followers = self._followers.clear

    def make(self, number: int) -> str:
        """Make a token, in the place of the one before."""
        token = hashlib.sha256(f"{number}, {len(self.owner)}".encode()).hexdigest()
        self.current[number], self.owner[token] = token, number
        self.tell()
        return token

    def tell(self) -> None:
        """A token or a card changed; a suspended process hears of it when it runs again."""
        for hear in self._followers:
            hear()

    async def follow[T](
        self, process: Process, read: Callable[[], T | None], last: T | None = None
    ) -> AsyncIterator[T]:
        """Yield what `read` says whenever that is something else than before; while the app does not run, only the newest is kept."""
        news = asyncio.Event()
        self._followers.append(lambda: process.call(news.set))
        while True:
            if (now := read()) is not None and now != last:
                last = now
                yield now
            else:
                await news.wait()
                news.clear()
