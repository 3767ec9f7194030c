"""Turn a zip of Python source into the same zip with bytecode in place of the source.

This module runs inside Pyodide (compile.mjs loads it there), because a `.pyc` file is only good for the
Python that wrote it. `pyodide py-compile` is not used: it writes the magic number of the Python that builds
the site. It needs the standard library alone, so that the tests can also run it on the host.
"""

import base64
import hashlib
import importlib.util
import io
import marshal
import sys
import zipfile
from collections.abc import Buffer, Iterable
from fnmatch import fnmatchcase
from types import CodeType
from typing import Any

#: The first moment that a zip can hold. Real times would make each build different.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def repack(source: Buffer, *, prefix: str, optimize: int, drop: Iterable[str] = ()) -> bytes:
    """Return a zip with the entries of `source`, each `module.py` replaced by a `module.pyc` beside it.

    `prefix` is put before an entry's name to make the file name that tracebacks show. `optimize` is Python's
    level: 0 keeps docstrings and assertions, 2 removes both. An entry whose name matches a pattern of `drop`
    is left out. The same input gives the same bytes: names are sorted, times are fixed, and the bytecode is
    of the kind that is checked against no source and holds no time. Raises `SyntaxError` for source that is
    not valid Python.
    """
    patterns = tuple(drop)
    entries: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        for name in archive.namelist():
            if name.endswith("/") or any(fnmatchcase(name, pattern) for pattern in patterns):
                continue
            data = archive.read(name)
            if name.endswith(".py"):
                entries[name + "c"] = _bytecode(data, prefix + name, optimize)
            else:
                entries[name] = data
    _renew_record(entries)
    return write_zip(entries)


def _bytecode(source: bytes, shown_as: str, optimize: int) -> bytes:
    """Return the content of the `.pyc` file for one module's source (PEP 552, hash-based and unchecked)."""
    code = compile(source, shown_as, "exec", dont_inherit=True, optimize=optimize)
    header = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source)
    return header + marshal.dumps(_with_interned_strings(code, {}))


def _with_interned_strings(constant: Any, done: dict[int, Any]) -> Any:
    """Return an equal constant in which each string is the interned one; `done` keeps what is shared.

    `marshal` writes how objects are shared. A constant that equals a function's qualified name is shared with
    it, or not, depending on which strings the running process has interned before: functools.pyc came out in
    two forms.
    """
    if isinstance(constant, str):
        return sys.intern(constant)
    if not isinstance(constant, CodeType | tuple | frozenset):
        return constant
    if id(constant) not in done:
        if isinstance(constant, CodeType):
            parts = tuple(_with_interned_strings(part, done) for part in constant.co_consts)
            done[id(constant)] = constant.replace(co_consts=parts)
        else:
            done[id(constant)] = type(constant)(_with_interned_strings(part, done) for part in constant)
    return done[id(constant)]


def _renew_record(entries: dict[str, bytes]) -> None:
    """Write a wheel's RECORD anew: the one it came with lists the source files."""
    record = next((name for name in entries if name.endswith(".dist-info/RECORD")), None)
    if record is None:
        return
    lines = [
        f"{name},sha256={_record_hash(entries[name])},{len(entries[name])}\n"
        for name in sorted(entries)
        if name != record
    ]
    entries[record] = "".join([*lines, f"{record},,\n"]).encode()


def _record_hash(data: bytes) -> str:
    """Return a file's hash in the form that RECORD uses."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def write_zip(entries: dict[str, bytes]) -> bytes:
    """Return a zip of `entries`, which are not compressed: whoever sends it packs it better as a whole."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, _ZIP_EPOCH)
            info.create_system = 3  # Unix on every machine, else the bytes differ
            info.external_attr = 0o644 << 16
            archive.writestr(info, entries[name], zipfile.ZIP_STORED)
    return buffer.getvalue()
