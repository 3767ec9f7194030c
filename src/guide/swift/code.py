"""What a Swift file uses: read with tree-sitter, which knows Swift's grammar and none of its types.

So a name with a capital letter is taken for a type, and a name after a dot for a member of whatever stands before it. Names that
the Swift files declare themselves are theirs. What cannot be seen this way, and is not claimed: of which type a member is,
and whether the file compiles.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tree_sitter_swift
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_swift.language()))
_LEAVES = ("type_identifier", "simple_identifier")
_TYPES = {
    "class_declaration",
    "protocol_declaration",
    "typealias_declaration",
    "associatedtype_declaration",
    "type_parameter",
}
_MEMBERS = {"function_declaration", "protocol_function_declaration", "enum_entry"}
_BODIES = {"class_body", "protocol_body", "enum_class_body"}
_AVAILABLE = re.compile(r"available\(\s*iOS\s+(\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class Use:
    """A name in a Swift file: `Activity` for a type, `.request` for a member or a function; `guard` is the iOS that its place asks for, or empty."""

    name: str
    line: int
    guard: str


@dataclass(frozen=True)
class Code:
    """A Swift file as it was parsed. `errors` are the lines that are no Swift, `declared` the names of its own."""

    errors: tuple[int, ...]
    imports: tuple[str, ...]
    declared: frozenset[str]
    uses: tuple[Use, ...]


@cache
def parse(path: Path) -> Code:
    """Parse a file."""
    return parse_text(path.read_text(encoding="utf-8"))


def parse_text(text: str) -> Code:
    """Parse Swift that is given as text."""
    root = _PARSER.parse(text.encode()).root_node
    nodes = list(_walk(root))
    return Code(
        tuple(_line(node) for node in nodes if node.is_error or node.is_missing),
        tuple(_text(node).split()[-1] for node in nodes if node.type == "import_declaration"),
        frozenset(_declared(nodes)),
        tuple(_uses(nodes)),
    )


def version(text: str) -> tuple[int, ...]:
    """A version as numbers that compare: "16.1", and the same for "16" and "16.0"."""
    numbers = [int(part) for part in text.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _line(node: Node) -> int:
    return node.start_point.row + 1


def _declared(nodes: list[Node]) -> Iterator[str]:
    """Names that the file gives: of types, functions, cases and stored values. Not of parameters, for those are no members."""
    for node in nodes:
        if (
            node.type in _TYPES and not any(child.type == "extension" for child in node.children)
        ) or node.type in _MEMBERS:
            yield from (_text(child) for child in node.children if child.type in _LEAVES)
        elif node.type == "property_declaration" and node.parent and node.parent.type in _BODIES:
            names = (child for child in node.children if child.type == "pattern")
            yield from (_text(leaf) for name in names for leaf in _walk(name) if leaf.type in _LEAVES)


def _local(nodes: list[Node]) -> set[str]:
    """Names of parameters and of values inside of functions: what is called by such a name is no method."""
    places = ("parameter", "lambda_parameter", "pattern")
    return {
        _text(leaf) for node in nodes if node.type in places for leaf in _walk(node) if leaf.type in _LEAVES
    }


def _uses(nodes: list[Node]) -> Iterator[Use]:
    local = _local(nodes)
    for node in nodes:
        if node.type not in _LEAVES or _inside(node, "import_declaration") or _is_label(node):
            continue
        name = _text(node)
        if _after_a_dot(node):
            yield Use(f".{name}", _line(node), _guard(node))
        elif name[0].isupper():
            yield Use(name, _line(node), _guard(node))
        elif node.parent and node.parent.type == "call_expression" and name not in local | {"defer"}:
            yield Use(
                f".{name}", _line(node), _guard(node)
            )  # a method of the type itself, or a free function


def _after_a_dot(node: Node) -> bool:
    before = node.prev_sibling
    return (before is not None and _text(before) == ".") or (before is None and _dot_before_parent(node))


def _dot_before_parent(node: Node) -> bool:
    """A member without a receiver: `.invalid`; the grammar has the dot as an operator in front."""
    parent = node.parent
    if parent is None or parent.type not in {"navigation_suffix", "prefix_expression"}:
        return False
    before = parent.prev_sibling
    return before is not None and _text(before) == "."


def _is_label(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "value_argument_label":
        return True
    return parent.type in {"availability_condition", "attribute"} or _inside(node, "availability_condition")


def _inside(node: Node, kind: str) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.type == kind:
            return True
        parent = parent.parent
    return False


def _guard(node: Node) -> str:
    """The newest iOS that the availability checks around a node ask for; empty where there is none."""
    found = [""]
    child, parent = node, node.parent
    while parent is not None:
        found += [_asked(parent, child), *_guards_before(parent, child)]
        child, parent = parent, parent.parent
    return max(found, key=lambda text: version(text) if text else (0,))


def _asked(parent: Node, child: Node) -> str:
    """What `parent` asks for around `child`: a condition of `if` or `guard` before it and before the else, or an attribute."""
    if parent.type in {"if_statement", "guard_statement"}:
        before = parent.children[: parent.children.index(child)]
        if any(part.type == "else" for part in before):
            return ""
        return max((_condition(part) for part in before if part.type == "availability_condition"), default="")
    modifiers = next((part for part in parent.children if part.type == "modifiers"), None)
    if modifiers is None:
        return ""
    found = _AVAILABLE.search(_text(modifiers))
    return found[1] if found else ""


def _guards_before(parent: Node, child: Node) -> Iterator[str]:
    """`guard #available(…) else { … }` before `child` in the same block."""
    for part in parent.children:
        if part == child:
            return
        if part.type == "guard_statement":
            yield from (_condition(one) for one in part.children if one.type == "availability_condition")


def _condition(node: Node) -> str:
    words = _text(node)
    found = _AVAILABLE.search(words)
    return found[1] if found and not words.startswith("#unavailable") else ""
