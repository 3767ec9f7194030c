"""The points at which a process can end: each effect on the disk, COMMIT, request, and wait for bytes.

Every one is announced before it happens. Where the announcement raises something that is no `Exception`, the
process counts as killed: from then on nothing is done at any point, whoever asks.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .disk import Disk

type Observer = Callable[[str, str], None]  # called with a point's name and its detail


class Points:
    """Announces points; after a kill, or once `closed`, none is passed any more."""

    def __init__(self, observe: Observer | None, closed: Callable[[], None]) -> None:
        self._observe, self._closed = observe, closed
        self._killed: BaseException | None = None

    def __call__(self, name: str, detail: str) -> None:
        """Announce a point."""
        if self._killed is not None:
            raise self._killed
        self._closed()
        if self._observe is not None:
            with self:
                self._observe(name, detail)

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and not isinstance(error, Exception):
            self._killed = error


_TOLD = "open_part append truncate read fsync rename fsync_directory unlink database set_database_aside"
_QUIET = "fsync_ahead size sizes mark stands alone free close"


def pointed(disk: Disk, points: Points) -> Disk:
    """The disk, each of whose effects is announced; what changes nothing on it is handed through."""

    def announced(name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            points(name, arguments[-1 if name == "rename" else 0] if arguments else ".")
            with points:
                return getattr(disk, name)(*arguments)

        return call

    told = {name: announced(name) for name in _TOLD.split()}
    made: Any = SimpleNamespace(**told, **{name: getattr(disk, name) for name in _QUIET.split()})
    return made  # type: ignore[no-any-return]
