"""What a public method is given, checked against its own annotations before it does anything, so that nothing is half done.

A class with the metaclass `Checked` answers with a UsageError that says what to give. What an annotation cannot say, such as that a size
is 1 or more, the method checks itself. Whole numbers may be written as `2.5 * MB`. Calls from the package are not looked at.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from inspect import CO_VARKEYWORDS, signature
from math import isfinite
from sys import _getframe
from types import FunctionType, NoneType, UnionType
from typing import Any, TypeAliasType, Union, get_args, get_origin

from afterswipe.errors import UsageError, must_be_one_of

_WORDS: dict[object, str] = {
    str: "a text",
    int: "a whole number",
    float: "a finite number",
    bool: "True or False",
    NoneType: "None",
    tuple: "a pair of finite numbers",
    Mapping: "a dict",
    Sequence: "a list",
}

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no screen and no picture can show: control characters but for tabs and line ends, and halves of characters."""


def takes(function: object, count: int) -> bool:
    """Whether something can be called with so many arguments."""
    if isinstance(function, FunctionType) and function.__code__.co_argcount == count:
        return True  # a signature takes long to make
    try:
        signature(function).bind(*range(count))  # type: ignore[arg-type]  # what is no function has no signature
    except TypeError:
        return False
    except ValueError:  # one in C, which does not say what it takes
        return callable(function)
    return True


def look(where: str, name: str, kinds: tuple[Any, ...], value: Any) -> Any:
    """The value, where it is of one of the kinds; a float that is whole becomes an int. Raises UsageError for another one."""
    kind = type(value)
    if kind is str and str in kinds and (found := _CONTROL.search(value)):
        raise UsageError(f"{where}({name}={value!r:.60}): give a text without {found[0]!r}.")
    if kind in kinds and (kind is not float or isfinite(value)):
        return value
    if not any(_fits(kind, value) for kind in kinds):
        choices = " or ".join(map(_words, kinds))
        raise UsageError(f"{where}({name}={value!r:.60}): give {choices}.")
    return int(value) if kind is float and float not in kinds and int in kinds else value


def kinds_of(annotation: Any) -> tuple[Any, ...]:
    """What an annotation allows, one by one."""
    origin = get_origin(annotation)
    if isinstance(alias := origin or annotation, TypeAliasType):
        return kinds_of(alias.__value__)
    if origin in (Union, UnionType):
        return tuple(kind for part in get_args(annotation) for kind in kinds_of(part))
    return (NoneType if annotation is None else annotation,)


def _fits(kind: Any, value: Any) -> bool:
    origin = get_origin(kind) or kind
    if origin in (int, float):
        number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        return number and (origin is float or value == int(value))
    if origin is tuple:
        pair = isinstance(value, tuple | list) and len(value) == len(get_args(kind))
        return pair and all(map(_fits, get_args(kind), value))
    if origin is Callable:
        return takes(value, len(get_args(kind)[0]))
    return isinstance(value, origin) if isinstance(origin, type) else True


def _words(kind: Any) -> str:
    origin = get_origin(kind) or kind
    if origin is Callable:
        count = len(get_args(kind)[0])
        return f"a function that takes {count or 'no'} argument{'s' * (count != 1)}"
    return _WORDS.get(origin) or f"a {origin.__name__}"


class Checked(type):
    """The metaclass of what a program is handed: its public methods look at what they are given first."""

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **more: Any) -> None:
        super().__init__(name, bases, body, **more)
        for key, own in body.items():
            if isinstance(own, FunctionType) and (key == "__init__" or not key.startswith("_")):
                setattr(cls, key, _checked(own, name if key == "__init__" else f"{name}.{key}"))
            elif isinstance(own, property):
                why = f"{name}.{key} is read, and not set. {own.__doc__ or ''}"
                refuse = partial(_refuse, why)
                setattr(cls, key, own.setter(_checked(own.fset, f"{name}.{key}") if own.fset else refuse))


def _refuse(why: str, _thing: object, _value: object) -> None:
    raise UsageError(why)


def _checked(method: Callable[..., Any], where: str) -> Callable[..., Any]:
    code = method.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    asked: dict[str, tuple[Any, ...]] = {}

    def seen(name: str, value: Any) -> Any:
        if name not in names and not code.co_flags & CO_VARKEYWORDS:
            must_be_one_of(f"argument of {where}:", name, names[1:] or ("none",))
        return look(where, name, asked[name], value) if name in asked else value

    @wraps(method)
    def checking(*args: Any, **named: Any) -> Any:
        frame = _getframe(1)
        passed_on = frame.f_code.co_flags & CO_VARKEYWORDS  # what came as ** is looked at where it arrives
        if not passed_on and frame.f_globals.get("__name__", "").startswith("afterswipe."):
            return method(*args, **named)
        if not asked:
            asked.update({name: kinds_of(kind) for name, kind in method.__annotations__.items()})
        given = [seen(*pair) for pair in zip(names, args, strict=False)]
        return method(*given, *args[len(names) :], **{name: seen(name, named[name]) for name in named})

    return checking
