"""The house in one picture, made from the imports: `python -m guide house` writes it into CONTRIBUTING.md, and a test compares.

A room is a folder of the package, or a module that stands alone in it. A line names a room and the rooms that it imports from; it stands
below all of those, so that every arrow points up.
"""

import ast
import re
from pathlib import Path

from guide import ROOT

_PLACE = re.compile(r"(<!-- house -->\n```text\n).*?(```\n)", re.DOTALL)
_APART = ("errors", "units", "afterswipe")


def picture(source: Path = ROOT / "src") -> str:
    """The rooms of the package and of the fault lab, from the one that needs nothing downwards."""
    needs: dict[str, set[str]] = {}
    for file in sorted([*source.glob("afterswipe/**/*.py"), *source.glob("faultlab/**/*.py")]):
        module = ".".join(file.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
        if module != "afterswipe":
            needs.setdefault(_room(module), set()).update(_imported(file, module))
    for room, others in needs.items():
        others.discard(room)
        others -= set(_APART)
    for alone in _APART:
        needs.pop(alone, None)
    lines: list[str] = []
    placed: set[str] = set()
    while rest := [room for room in needs if room not in placed]:
        free = sorted(room for room in rest if needs[room] <= placed) or sorted(rest)
        lines += [f"{room:28} <- {', '.join(sorted(needs[room])) or 'nothing'}" for room in free]
        placed.update(free)
    return "\n".join(lines) + "\n"


def written(text: str) -> str:
    """The text with the picture as it is now in its place."""
    return _PLACE.sub(lambda found: f"{found[1]}{picture()}{found[2]}", text)


def _room(module: str) -> str:
    parts = module.split(".")
    if parts[0] == "faultlab":
        return "faultlab"
    if parts[1:2] == ["frameworks"] and len(parts) > 2:
        return f"frameworks/{parts[2]}"
    return parts[1] if len(parts) > 1 else parts[0]


def _imported(file: Path, module: str) -> set[str]:
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            names = [*up, *([node.module] if node.module else [])]
            found.add(".".join(names))
        elif isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
    return {_room(name) for name in found if name.split(".")[0] in ("afterswipe", "faultlab")}
