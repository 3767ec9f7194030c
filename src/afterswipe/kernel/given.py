"""What a public method is given, or a thing is set to, is checked first, so that nothing is half done.

A `Checked` class answers with a UsageError that says what to give. What an annotation cannot say, such as a
size of 1 or more, the method checks. `2.5 * MB` is a whole number. The package's own calls pass.
"""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, cached_property, wraps
from inspect import CO_VARARGS, CO_VARKEYWORDS, get_annotations, signature
from sys import _getframe, float_info
from types import FunctionType, NoneType, UnionType
from typing import Any, NoReturn, Self, TypeAliasType, Union, get_args, get_origin

from afterswipe.errors import UsageError, must, must_be_one_of

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
"""What no screen can show: control characters but for tabs and line ends, and halves of characters."""


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
    """The value, if it is of one of the kinds; a whole float becomes an int. Raises UsageError else."""
    kind = type(value)
    if kind is str and str in kinds and (found := _CONTROL.search(value)):
        raise UsageError(f"{where}({name}={value!r:.60}): give a text without {found[0]!r}.")
    if kind in kinds and (kind not in (int, float) or abs(value) <= float_info.max):
        return value
    if not any(fits(kind, value) for kind in kinds):
        raise UsageError(f"{where}({name}={value!r:.60}): give {' or '.join(map(_words, kinds))}.")
    return int(value) if kind is float and float not in kinds and int in kinds else value


def kinds_of(annotation: Any) -> tuple[Any, ...]:
    """What an annotation allows, one by one."""
    origin = get_origin(annotation)
    if isinstance(alias := origin or annotation, TypeAliasType):
        return kinds_of(alias.__value__)
    if origin in (Union, UnionType):
        return tuple(kind for part in get_args(annotation) for kind in kinds_of(part))
    return (NoneType if annotation is None else annotation,)


def fits(kind: Any, value: Any) -> bool:
    """Whether a value is of a kind."""
    origin = get_origin(kind) or kind
    if origin in (int, float):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and abs(value) <= float_info.max and (origin is float or value == int(value))
    if origin is tuple:
        pair = isinstance(value, tuple | list) and len(value) == len(get_args(kind))
        return pair and all(map(fits, get_args(kind), value))
    if origin is Callable:
        return takes(value, len(get_args(kind)[0]))
    return isinstance(value, origin) if isinstance(origin, type) else True


def _words(kind: Any) -> str:
    origin = get_origin(kind) or kind
    if origin is Callable:
        count = len(get_args(kind)[0])
        return f"a function that takes {count or 'no'} argument{'s' * (count != 1)}"
    name = str(getattr(origin, "__name__", origin))
    return _WORDS.get(origin) or f"a{'n' * name.startswith(('A', 'E', 'I', 'O'))} {name}"


class Checked:
    """The base of what a program is handed: it looks at what its public methods are given, and is set."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for key, own in list(vars(cls).items()):
            if isinstance(own, FunctionType) and (key == "__init__" or not key.startswith("_")):
                setattr(cls, key, _checked(own))


class Done:
    """What a method returns that Swift awaits: it is done, and may be awaited."""

    def __await__(self) -> Generator[None]:
        yield from ()


class CheckedData(Checked):
    """The base of a dataclass that a program makes."""

    def __new__(cls, *_given: object, **_named: object) -> Self:  # noqa: D102
        if not hasattr(cls.__init__, "__wrapped__"):  # it gets its own after the class was made
            cls.__init__ = _checked(cls.__init__)  # type: ignore[method-assign]
        return super().__new__(cls)


_plain_set = object.__setattr__


def _set(thing: object, name: str, value: Any) -> None:
    if name[0] != "_" and not str(_getframe(1).f_globals.get("__name__")).startswith("afterswipe."):
        value = settable(thing, name, value)
    _plain_set(thing, name, value)


def _get(thing: object, name: str) -> NoReturn:
    if name[0] == "_":
        raise AttributeError(name)
    public = [key for key in dir(thing) if not key.startswith("_")]
    hint = _near(thing, name, public) or f"There are: {', '.join(public)}.{getattr(type(thing), '_rest', '')}"
    raise AttributeError(f"{type(thing).__name__} has no {name!r}. {hint}", name=name)


# In the class both would let a type checker pass any name.
Checked.__setattr__ = _set  # type: ignore[method-assign]
Checked.__getattr__ = _get  # type: ignore[attr-defined]


def _near(thing: object, name: str, names: Sequence[str]) -> str:
    """A hint at where there is such a name: in a part of the thing, or one that is written alike."""
    there = {key: getattr(type(thing), key, vars(thing).get(key)) for key in dir(thing) if key != "system"}
    parts = [key for key, part in there.items() if isinstance(part, Checked | cached_property)]
    parts = [part for key in parts if (part := key.strip("_")) in names]
    near = [f"{part}.{name}" for part in parts if name in dir(getattr(thing, part))]
    near = near or get_close_matches(name, names) or [key for key in names if name in key]
    return f"Did you mean {' or '.join(near)}?" if near else ""


def settable(thing: object, name: str, value: Any) -> Any:
    """The value, where it has an annotation, or a property with a setter. Raises UsageError else."""
    kind: Any = type(thing)
    own, where = getattr(kind, name, None), f"{kind.__name__}.{name}"
    if (asked := _settables(kind).get(name)) is not None:
        return look(kind.__name__, name, kinds_of(asked), value)
    if not kind.__module__.startswith("afterswipe.") and own is None:
        return value  # a name of its own in a program's own class
    how = own.__doc__ if isinstance(own, property) else ways(kind)
    must(name not in dir(thing), f"{where} is read, and not set. {how}")
    public = [key for key in dir(thing) if not key.startswith("_")]
    raise UsageError(f"{kind.__name__} has no {name!r} to set. {_near(thing, name, public) or ways(kind)}")


@cache
def _settables(kind: type) -> dict[str, Any]:
    named = {key: asked for base in kind.__mro__ for key, asked in get_annotations(base).items()}
    for key in dir(kind):
        if isinstance(own := getattr(kind, key, None), property) and own.fset is not None:
            named[key] = own.fget.__annotations__["return"]
    return named


def ways(kind: type) -> str:
    """What a program can do with such a thing."""
    public = [key for key in dir(kind) if not key.startswith("_")]
    calls = [f"{key}()" for key in public if isinstance(getattr(kind, key), FunctionType)]
    ways = {"set": sorted(_settables(kind)), "called": calls}
    return " ".join(f"What can be {way}: {', '.join(names)}." for way, names in ways.items() if names)


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    code = method.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    asked: dict[str, tuple[Any, ...]] = {}
    needed = names[1 : code.co_argcount - len(method.__defaults__ or ())]
    required = {*needed, *names[code.co_argcount :]}.difference(method.__kwdefaults__ or ())

    def seen(where: str, name: str, value: Any) -> Any:
        if value == "" and name in needed[:1]:
            raise UsageError(f"{where}({name}=''): give a text that is not empty.")
        if name not in names and not code.co_flags & CO_VARKEYWORDS:
            must_be_one_of(f"argument of {where}:", name, names[1:] or ("none",))
        return look(where, name, asked[name], value) if name in asked else value

    @wraps(method)
    def checking(*args: Any, **named: Any) -> Any:
        frame = _getframe(1)
        own = str(frame.f_globals.get("__name__")).startswith("afterswipe.")
        if own and not frame.f_code.co_flags & CO_VARKEYWORDS:  # what comes as ** is looked at here
            return method(*args, **named)
        if not asked:
            asked.update({name: kinds_of(kind) for name, kind in method.__annotations__.items()})
        where = f"{type(args[0]).__name__}.{method.__name__}".removesuffix(".__init__")
        if lacks := required.difference(names[: len(args)], named):
            raise UsageError(f"{where}() lacks {' and '.join(sorted(lacks))}.")
        by_name = f"{where}() takes its arguments by name: {', '.join(names[1:]) or 'none'}."
        must(len(args) <= code.co_argcount or bool(code.co_flags & CO_VARARGS), by_name)
        given = [seen(where, *pair) for pair in zip(names, args, strict=False)]
        return method(*given, *args[len(names) :], **{name: seen(where, name, named[name]) for name in named})

    return checking
