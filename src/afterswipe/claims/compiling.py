"""Compiles the claims' TOML files into three that are read: the rules catalogue, its sentences, the sources.

It runs in a checkout, whenever a hash over the folder differs from the one in a file's first line, and when
the wheel is built, which has no TOML. It imports nothing of the package; `guide.claims` checks the schema.
"""

import bz2
import hashlib
import json
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

CATALOGUE, STATEMENTS, SOURCES = "catalogue.json", "statements.bz2", "sources/sources.json"
"""What is made, beside the folder with the TOML files. Git ignores all three."""

COLUMNS = ("evidence", "status", "since", "until", "value", "side", "displaces")
"""What the catalogue has of a claim beside its id and its sentence, in this order."""

_DEFAULTS = {"status": "current", "since": "", "until": "", "displaces": []}


def digest(folder: Path) -> str:
    """A hash over the names and bytes of all files. It is short: it tells a change, and guards nothing."""
    found = hashlib.blake2b(digest_size=8)
    for file in sorted(folder.glob("*.toml")):
        found.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def compiled(folder: Path) -> dict[str, bytes]:
    """The files by the names under which they are kept. Each has the hash in its first line."""
    claims = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.toml"))]
    apart = ("id", "statement", *COLUMNS)
    more = {claim["id"]: {key: claim[key] for key in claim if key not in apart} for claim in claims}
    ids: dict[str, list[str]] = {}
    for claim in claims:
        group, _, name = claim["id"].partition(".")
        ids.setdefault(group, []).append(name)
    columns = list(zip(*([whole[key] for key in COLUMNS] for whole in map(_whole, claims)), strict=True))
    catalogue = {"ids": {group: " ".join(names) for group, names in ids.items()}, "columns": columns}
    # In blocks of 100 kB, for whoever unpacks it needs four times a block of memory.
    statements = bz2.compress("\n".join(claim["statement"] for claim in claims).encode(), 1)
    of = digest(folder).encode() + b"\n"
    return {CATALOGUE: of + _json(catalogue), STATEMENTS: of + statements, SOURCES: of + _json(more)}


def made(package: Path, name: str) -> bytes:
    """One of the files, compiled anew where the TOML files have changed, and kept where that is possible."""
    with suppress(OSError):
        kept = (package / name).read_bytes()
        if kept.startswith(digest(package / "data").encode() + b"\n"):
            return kept
    data = compiled(package / "data")[name]
    with suppress(OSError):  # a checkout that nobody may write to is compiled each time
        half = (package / name).with_suffix(".half")
        half.write_bytes(data)
        half.replace(package / name)
    return data


def _whole(claim: dict[str, Any]) -> dict[str, Any]:
    """A claim with its defaults, its number as a list, and its side in a dispute that a run can decide."""
    number, reported = claim.get("value"), claim["evidence"] in ("reported", "measured")
    shown = claim.get("status") == "disputed" and claim.get("demonstrated_by")
    side = "" if not shown else "report" if reported else "document"
    value = [number[key] for key in ("quantity", "unit", "bound")] if number else []
    return _DEFAULTS | claim | {"value": value, "side": side}


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str).encode()
