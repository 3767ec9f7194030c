"""The table of Apple's symbols, its checks, and its page.

`symbols.toml` has every symbol that a Swift file or the mechanism table names, with framework, first and last version,
page and claim. A name without a row fails, a row without a use fails, and so does a use without the availability guard
that its version asks for.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from afterswipe import claims
from afterswipe.errors import ClaimError
from guide import snippets
from guide.mechanisms import ELSEWHERE, MECHANISMS

from .code import Code, parse, version
from .languages import SYMBOLS, oldest, systems

_DOCUMENTATION = "https://developer.apple.com/documentation/"
_KEYS = {"since", "deprecated", "page", "claim"}
_TOKEN = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)?(?:\([^)]*\))?")
_CAMEL = re.compile(r"[A-Z]\w*[a-z][A-Z]")


@dataclass(frozen=True)
class Symbol:
    """A row: `URLSession`, or `URLSession.shared` for a member. `page` is the address of Apple's page, of the type where a member has none here."""

    name: str
    framework: str
    since: str
    deprecated: str
    url: str
    claim: str

    @property
    def key(self) -> str:
        """The name as it is found in Swift: `URLSession` for a type, `.shared` for what is after a dot."""
        _, dot, last = _short(self.name).rpartition(".")
        return f".{last}" if dot else last


@dataclass(frozen=True)
class Table:
    """The rows, and the names of Swift's own library, which are no Apple framework's."""

    symbols: tuple[Symbol, ...]
    swift: frozenset[str]
    imports: frozenset[str] = frozenset()
    """Frameworks that a file imports without naming a symbol of theirs."""
    package: tuple[tuple[str, str], ...] = ()
    """The public names of the package that stand for a symbol, each with it."""
    own: tuple[tuple[str, str], ...] = ()
    """Those that stand for none, each with the reason."""

    def by_key(self) -> dict[str, list[Symbol]]:
        """The rows by the name as it is found in Swift. Several types may have a member of one name."""
        found: dict[str, list[Symbol]] = defaultdict(list)
        for symbol in self.symbols:
            found[symbol.key].append(symbol)
        return dict(found)


def table(path: Path = SYMBOLS) -> Table:
    """Read the table. Raises ValueError for a key that it does not know."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    symbols = []
    for framework, rows in data["symbols"].items():
        for name, row in rows.items():
            if odd := set(row) - _KEYS:
                raise ValueError(
                    f"{path.name}: {name} has the key {min(odd)!r}. It may have: {', '.join(sorted(_KEYS))}."
                )
            place = row.get("page", name.partition(".")[0].lower())
            url = f"{_DOCUMENTATION}{framework.lower()}/{place}"
            symbols.append(
                Symbol(name, framework, row["since"], row.get("deprecated", ""), url, row.get("claim", ""))
            )
    package = tuple(data["package"]["apple"].items())
    own = tuple((name, reason) for reason, names in data["package"]["own"].items() for name in names)
    return Table(tuple(symbols), frozenset(data["swift"]), frozenset(data["imports"]), package, own)


def files() -> dict[str, Code]:
    """The Swift files, parsed, by name."""
    return {path.stem: parse(path) for path in sorted((snippets.FOLDER / "swift").glob("*.swift"))}


def of_the_package() -> set[str]:
    """Apple's names in the mechanism table, each without its arguments: `URLSession.uploadTask`, `Progress`, `didReceive`."""
    entries = [apple for row in MECHANISMS for apple, _ in row.apple] + [apple for apple, _ in ELSEWHERE]
    return {
        _short(token)
        for entry in entries
        for token in _TOKEN.findall(entry)
        if token == entry or "." in token or "(" in token or _CAMEL.match(token)
    }


def check(known: Table, code: Mapping[str, Code], package: set[str]) -> list[str]:
    """All that is wrong, each with what to do."""
    by_key = known.by_key()
    own = frozenset[str]().union(*(one.declared for one in code.values()))
    wrong = []
    for name, one in code.items():
        where = f"snippets/swift/{name}.swift"
        wrong += [
            f"{where}:{line}: this is no Swift that the grammar knows. Correct it, or write it another way."
            for line in one.errors
        ]
        wrong += _unknown(where, one, own, known, by_key)
        wrong += _unguarded(where, one, own, by_key, oldest(name))
    return list(dict.fromkeys(wrong)) + _unused(known, code, package) + _without_claim(known)


def _unknown(
    where: str, code: Code, own: frozenset[str], known: Table, by_key: Mapping[str, object]
) -> Iterator[str]:
    for use in code.uses:
        if use.name in by_key or use.name in known.swift or use.name.lstrip(".") in own:
            continue
        kind = "the member" if use.name.startswith(".") else "the type"
        row = f'"TYPE{use.name}"' if use.name.startswith(".") else f'"{use.name}"'
        yield (
            f"{where}:{use.line}: {kind} {use.name} has no row. Add to src/guide/swift/symbols.toml, below [symbols.FRAMEWORK]: "
            f'{row} = {{ since = "…" }}; or, if it belongs to Swift\'s own library, "{use.name}" to `swift`.'
        )
    frameworks = {symbol.framework for symbol in known.symbols} | known.imports
    for module in code.imports:
        if module not in frameworks:
            yield (
                f"{where}: imports {module}, and src/guide/swift/symbols.toml has no symbol of it. Add one, take the import out, or say below "
                "[imports] what it is needed for."
            )


def _unguarded(
    where: str, code: Code, own: frozenset[str], by_key: Mapping[str, Sequence[Symbol]], oldest_ios: str
) -> Iterator[str]:
    for use in code.uses:
        rows = by_key.get(use.name, ())
        if not rows or use.name.lstrip(".") in own:
            continue
        since = min((row.since for row in rows), key=version)
        if version(since) > max(version(oldest_ios), version(use.guard or "0")):
            yield (
                f"{where}:{use.line}: {use.name} exists since iOS {since}, and the file is for iOS {oldest_ios} and later. Put it into "
                f"`if #available(iOS {since}, *)` or below `@available(iOS {since}, *)`, or raise the file's version in src/guide/swift/symbols.toml."
            )


def _unused(known: Table, code: Mapping[str, Code], package: set[str]) -> list[str]:
    package = package | {_short(apple) for _, apple in known.package}
    used = {use.name for one in code.values() for use in one.uses}
    used |= {
        f".{name}" for one in code.values() for name in one.declared
    }  # a delegate's method is declared, not called
    wrong = [
        f"src/guide/swift/symbols.toml: no Swift file and no mechanism names {symbol.name}. Take the row out, or correct the name."
        for symbol in known.symbols
        if symbol.key not in used and not _names(symbol) & package
    ]
    wrong += [
        f"src/guide/swift/symbols.toml: no Swift file uses {name}. Take it out of `swift`."
        for name in sorted(known.swift - used)
    ]
    rows = {name for symbol in known.symbols for name in _names(symbol)}
    wrong += [
        f"src/guide/mechanisms or [package.apple] names {name}, and src/guide/swift/symbols.toml has no row for it. Add one."
        for name in sorted(package - rows)
    ]
    return wrong


def _without_claim(known: Table) -> list[str]:
    wrong = []
    for symbol in known.symbols:
        try:
            claims.get(symbol.claim) if symbol.claim else None
        except ClaimError:
            wrong.append(
                f"src/guide/swift/symbols.toml: {symbol.name} names the claim {symbol.claim!r}, and there is none. Correct the id."
            )
    return wrong


def _names(symbol: Symbol) -> set[str]:
    """The names by which prose may call a symbol: with its type, and alone."""
    return {_short(symbol.name), symbol.key.lstrip(".")}


def _short(name: str) -> str:
    """A name up to its parenthesis."""
    return name.partition("(")[0]


def page() -> str:
    """The page of the symbols as Markdown: what each Swift file needs, then the rows by framework."""
    known, code = table(), files()
    by_key = known.by_key()
    own = frozenset[str]().union(*(one.declared for one in code.values()))
    lines = [
        "# Apple's symbols",
        "",
        f"The Swift of this guide names {len(known.symbols)} symbols of Apple's. Each stands here with its framework, the iOS version with which it came, and Apple's page.",
        "",
        (
            "A test parses every Swift file. It sees names, not types: every name stands in this table, and code for a newer system stands "
            "inside of an availability check. A compiler has accepted those files that say so, against stubs of Apple's interfaces that were "
            "written from their documentation, as they are to the byte; whatever was changed since then is parsed only. No Xcode has seen them."
        ),
        "",
        "A version with a mark rests on a claim. The others were written down by the authors and not read again one by one; Apple's page, behind each name, has the last word.",
        "",
        "## By file",
        "",
    ]
    for name, one in code.items():
        used = sorted(
            {
                row.name
                for use in one.uses
                if use.name.lstrip(".") not in own
                for row in by_key.get(use.name, ())
            },
            key=str.lower,
        )
        lines += [
            f"### {name}.swift {{: #{name} }}",
            "",
            f"{systems(name)} " + ", ".join(f"[`{_short(row)}`](#{_anchor(row)})" for row in used),
            "",
        ]
    for framework in sorted({symbol.framework for symbol in known.symbols}):
        lines += [f"## {framework}", "", "| Symbol | Since | |", "| --- | --- | --- |"]
        lines += [_row(symbol) for symbol in known.symbols if symbol.framework == framework]
        lines.append("")
    return "\n".join(lines)


def _anchor(name: str) -> str:
    return "s-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _row(symbol: Symbol) -> str:
    until = f", deprecated in {symbol.deprecated}" if symbol.deprecated else ""
    marker = f"{{claim:{symbol.claim}}}" if symbol.claim else ""
    link = (
        f'<a id="{_anchor(symbol.name)}" href="{escape(symbol.url)}"><code>{escape(symbol.name)}</code></a>'
    )
    return f"| {link} | iOS {symbol.since.removesuffix('.0')}{until} | {marker} |"
