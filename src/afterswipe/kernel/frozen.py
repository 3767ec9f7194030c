"""What happened is not changed afterwards: classes that the type checker holds to that, at no cost in a run."""

from dataclasses import dataclass
from typing import dataclass_transform


@dataclass_transform(frozen_default=True)
def frozen[T](kind: type[T]) -> type[T]:
    """A frozen dataclass for the type checker, and a plain one at run time: a frozen one takes five times as long to make."""
    return dataclass(slots=True, unsafe_hash=True)(kind)
