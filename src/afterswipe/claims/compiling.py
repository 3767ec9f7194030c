"""Compiles the claims' TOML files into the two files that are read: the rules catalogue, and the sources.

It runs in a checkout, whenever a hash over the folder differs from the one in the catalogue, and when the wheel is built, which then has no
TOML. It imports nothing of the package and checks nothing: the schema is checked by `guide.claims`.
"""

import hashlib
import json
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

CATALOGUE, SOURCES = "catalogue.json", "sources/sources.json"
"""What is made, beside the folder with the TOML files. Git ignores both."""

ROW = ("id", "statement", "evidence", "status", "since", "until", "value", "side", "displaces")
"""What the catalogue has of a claim, in this order. Empty ends of a row are left out."""

_DEFAULTS = {"status": "current", "since": "", "until": "", "side": "", "displaces": []}


def digest(folder: Path) -> str:
    """A hash over the names and the bytes of all files."""
    found = hashlib.sha256()
    for file in sorted(folder.glob("*.toml")):
        found.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def compiled(folder: Path) -> dict[str, str]:
    """The text of both files, by the name under which each is kept."""
    claims = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.toml"))]
    of = {"of": digest(folder)}
    more = {claim["id"]: {key: claim[key] for key in claim if key not in ROW} for claim in claims}
    rows = [_row(claim) for claim in claims]
    return {CATALOGUE: _json(of | {"rules": rows}), SOURCES: _json(of | {"claims": more})}


def text_of(package: Path, name: str) -> str:
    """One of both files, made anew where the TOML files are not those that it was made of, and kept where that can be written."""
    with suppress(OSError):
        kept = (package / name).read_text(encoding="utf-8")
        if kept.startswith(f'{{"of":"{digest(package / "data")}",'):
            return kept
    text = compiled(package / "data")[name]
    with suppress(OSError):  # a checkout that nobody may write to is compiled each time
        half = (package / name).with_suffix(".half")
        half.write_text(text, encoding="utf-8")
        half.replace(package / name)
    return text


def _row(claim: dict[str, Any]) -> list[Any]:
    value = claim.get("value")
    shown = claim.get("status") == "disputed" and claim.get("demonstrated_by")
    side = "report" if claim["evidence"] in ("reported", "measured") else "document"
    number = [value["quantity"], value["unit"], value["bound"]] if value else 0
    whole = _DEFAULTS | claim | {"value": number, "side": side if shown else ""}
    row = [whole[key] for key in ROW]
    while row[-1] in (0, "", "current", []):
        row.pop()
    return row


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"
