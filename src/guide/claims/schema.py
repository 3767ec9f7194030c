"""The schema of a claim's TOML file (version 1), and the check that enforces it: every key known, present and of its type."""

import re
import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from afterswipe.claims.sources import Claim
from afterswipe.errors import ClaimError

FOLDER = Path(__file__).resolve().parents[2] / "afterswipe/claims/data"
"""Where the files are."""

SCHEMA = 1
"""The version of the schema, as in `claims.json`."""

EVIDENCE = {
    "normative": "documented",
    "vendor-statement": "said by Apple",
    "measured": "measured",
    "reported": "reported",
    "inferred": "inferred",
    "opinion": "opinion",
    "assumed": "assumed",
    "not-found": "not known",
}
"""The evidence levels, strongest first, each with the word on its badge. Evidence is never rounded up."""

KINDS = ("presence", "absence", "limit", "order", "default", "definition", "gap")
"""What sort of statement a claim is. A `gap` says what is not known."""

STATUSES = ("current", "superseded", "disputed", "retracted", "refuted", "unverified")
"""What became of a claim. A claim is never removed: it changes its status."""

MECHANISMS = {
    "life-cycle": "Life cycle",
    "background-assertion": "Background task assertion",
    "background-refresh": "Background app refresh",
    "background-processing": "Background processing",
    "continued-processing": "Continued processing",
    "background-urlsession": "Background URLSession",
    "url-session": "URLSession",
    "silent-push": "Silent push",
    "alert-push": "Alert push",
    "voip-push": "VoIP push",
    "push-to-talk": "Push to Talk",
    "location": "Location",
    "audio": "Audio",
    "bluetooth": "Bluetooth",
    "intents": "App intents",
    "long-running-intent": "Long-running intent",
    "photos-upload": "Photos upload extension",
    "background-assets": "Background Assets",
    "widgets": "Widgets",
    "live-activity": "Live Activity",
    "live-activity-push": "Live Activity push",
    "force-quit": "Force quit",
    "system-conditions": "System conditions",
    "story-upload": "Story upload",
    "android": "Android",
    "policy": "Policy",
    "model": "The model's own",
}
"""What a claim is about, and how that is written."""

_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": KINDS,
    "mechanism": tuple(MECHANISMS),
    "evidence": tuple(EVIDENCE),
    "status": STATUSES,
    "since_precision": ("exact", "at-or-before", "unknown"),
    "bound": ("exact", "upper", "lower", "typical"),
    "supports": ("yes", "partly", "contradicts"),
    "type": (
        "doc",
        "header",
        "release-note",
        "wwdc",
        "forum",
        "issue",
        "measurement",
        "article",
        "vendor-page",
    ),
}


def check(folder: Path = FOLDER) -> list[Claim]:
    """Every claim in a folder. Raises ClaimError for the first file that breaks the schema."""
    return [parse(file.read_text(encoding="utf-8"), file.name) for file in sorted(folder.glob("*.toml"))]


def parse(text: str, name: str) -> Claim:
    """Read a claim from TOML; `name` is the file's name for the messages. Raises ClaimError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise ClaimError(f"{name}: this is not TOML: {broken}. Mend that line.") from broken
    claim: Claim = _build(Claim, data, _Place(name, text))
    if claim.id != name.removesuffix(".toml"):
        raise ClaimError(
            f"{name}:1: the id is {claim.id!r}. A claim's file has the name of its id; rename one of the two."
        )
    return claim


@dataclass(frozen=True)
class _Place:
    """Where in which file a message points to."""

    name: str
    text: str

    def of(self, key: str) -> str:
        found = re.search(rf"^(\[+{key}\]+|{key}\s*=)", self.text, re.MULTILINE)
        return f"{self.name}:{self.text.count(chr(10), 0, found.start()) + 1}" if found else f"{self.name}:1"


def _build[T](kind: type[T], data: dict[str, Any], place: _Place) -> T:
    known = {item.name: item for item in fields(kind) if item.name != "side"}  # type: ignore[arg-type]
    for key in data:
        if key not in known:
            raise ClaimError(
                f"{place.of(key)}: unknown key {key!r} in a {kind.__name__.lower()}. Remove it, or use one of: {', '.join(known)}."
            )
    values: dict[str, Any] = {}
    for key, item in known.items():
        if key in data:
            values[key] = _convert(item.type, key, data[key], place)
        elif item.default is MISSING:
            raise ClaimError(
                f"{place.of(key)}: the key {key!r} is missing in a {kind.__name__.lower()}. Add it; CONTRIBUTING.md lists all keys."
            )
    return kind(**values)


def _convert(wanted: Any, key: str, value: Any, place: _Place) -> Any:
    if isinstance(wanted, UnionType) and NoneType in get_args(wanted):
        wanted = next(option for option in get_args(wanted) if option is not NoneType)
    if get_origin(wanted) is tuple and isinstance(value, list):
        return tuple(_convert(get_args(wanted)[0], key, item, place) for item in value)
    if hasattr(wanted, "__dataclass_fields__") and isinstance(value, dict):
        return _build(wanted, value, place)
    if not isinstance(wanted, type | UnionType) or not isinstance(value, wanted):
        raise ClaimError(
            f"{place.of(key)}: {key!r} is {value!r}, and a {getattr(wanted, '__name__', wanted)} is needed."
        )
    if key in _CHOICES and value not in _CHOICES[key]:
        raise ClaimError(f"{place.of(key)}: {key!r} is {value!r}. Choose one of: {', '.join(_CHOICES[key])}.")
    return value
