"""The SPEC page: what must always hold and which test says so, the tables, what is not modelled, and what nobody knows.

Nothing on it is typed twice. The invariants are read from the tests' own source, the tables are the ones that the model runs
on, "not modelled" is collected from the modules' docstrings, and the gaps are the claims of that kind.
"""

import ast
import re

from afterswipe import claims
from afterswipe.kernel.life_cycle import SCENES, TRANSITIONS, Event, SceneState, State
from afterswipe.kernel.record import CAUSES
from afterswipe.seen.svg import INK, LINE, MUTED, PAPER, RUN, Drawing
from guide import ROOT
from guide.errors import BuildError

MODEL = ROOT / "src" / "afterswipe"
TESTS = ROOT / "tests" / "afterswipe"

ALWAYS = (
    "test_state_machine.py",
    "test_all_invariants_hold_whatever_happens_and_the_hard_states_are_reached",
)
"""The test that holds all invariants against whatever a person, the system and an app do."""
BREAKS = ("test_invariants.py", "test_each_bug_breaks_its_invariant_and_no_other")
"""The test that sees each invariant fail on the bug planted for it."""

_NUMBERED = re.compile(r"(I\d+): (.*)", re.DOTALL)
_NOT_MODELLED = re.compile(r"\bNot modelled[^:]*: (.*?)(?:\n\n|\Z)", re.DOTALL)


def spec() -> str:
    """The page as Markdown. Raises BuildError where an invariant has no planted bug, or a bug no invariant."""
    parts = [
        "# The specification",
        "",
        "This is what the model promises, sentence by sentence, with the test that enforces each; what it leaves out; and what nobody knows.",
        "",
        "The page is made from the tests, the tables that the model runs on, the modules' own docstrings and the claims.",
        "",
        *_invariants(),
        *_tables(),
        *_not_modelled(),
        *_gaps(),
    ]
    return "\n".join(parts) + "\n"


# The invariants.


def invariants() -> dict[str, str]:
    """Every numbered invariant of `tests/afterswipe/invariants.py`: its id, and its sentence."""
    found: dict[str, str] = {}
    for node in ast.parse((TESTS / "invariants.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and (
            match := _NUMBERED.fullmatch(ast.get_docstring(node) or "")
        ):
            found[match[1]] = " ".join(match[2].split())
    return found


def planted_bugs() -> dict[str, str]:
    """Every planted bug of `tests/afterswipe/planted.py`: the id that it breaks, and its name."""
    return {
        node.args[0].value: node.args[1].id
        for node in ast.walk(ast.parse((TESTS / "planted.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Bug"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and isinstance(node.args[1], ast.Name)
    }


def tests_of(file: str) -> set[str]:
    """The names of the tests in a file of `tests/afterswipe`."""
    body = ast.parse((TESTS / file).read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}


def _invariants() -> list[str]:
    sentences, bugs = invariants(), planted_bugs()
    if set(sentences) != set(bugs):
        odd = sorted(set(sentences) ^ set(bugs))
        raise BuildError(
            f"Invariants and planted bugs differ in {', '.join(odd)}. Every invariant of tests/afterswipe/invariants.py needs "
            "one bug in tests/afterswipe/planted.py, and every bug an invariant."
        )
    for file, name in (ALWAYS, BREAKS):
        if name not in tests_of(file):
            raise BuildError(
                f"tests/afterswipe/{file} has no test {name}. Name the right one in src/guide/spec.py."
            )
    return [
        "## What always holds",
        "",
        "A person, the system and an app do things in any order (Hypothesis chooses); after every step each of these sentences is checked",
        f"(`{ALWAYS[0]}`, `{ALWAYS[1]}`). For each there is a bug that breaks this one and no other (`{BREAKS[0]}`, `{BREAKS[1]}`).",
        "",
        *(
            line
            for number, sentence in sentences.items()
            for line in (
                f"**{number}.** {sentence} Test: `{BREAKS[0]}[{bugs[number]}]`.",
                f"{{: #{number.lower()} }}",
                "",
            )
        ),
    ]


# The tables.


def _tables() -> list[str]:
    states = [state.value for state in State]
    lines = [
        "## States and events",
        "",
        f"{len(State)} states and {len(Event)} events; there is an answer for every pair. The reasons stand in [the life cycle](life-cycle.md).",
        "",
        f'<div class="spec-picture">{matrix().strip()}</div>',
        "",
        "## Scenes",
        "",
        "The state of an app's scene, when the app enters a state. There is no scene state for suspended.{claim:life-cycle.states}",
        "",
        "| The scene was | " + " | ".join(states) + " |",
        "| --- |" + " --- |" * len(states),
    ]
    for scene in SceneState:
        cells = [SCENES[scene][state].value for state in State]
        lines.append(f"| {scene.value} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "## How a process ends",
        "",
        "| Cause | Termination code | What it leaves | |",
        "| --- | --- | --- | --- |",
    ]
    for cause, kind in CAUSES.items():
        code = f"`{kind.code}`" if kind.code else "—"
        marker = f"{{claim:{kind.claim}}}" if kind.claim else ""
        lines.append(f"| {cause.value} | {code} | {kind.report} | {marker} |")
    return [*lines, ""]


_CELL, _GAP, _TOP, _ROW = 19.2, 1.0, 26, 46


def matrix() -> str:
    """The transition table as a picture that fits 334 pixels: below each event, what the app becomes in each state."""
    drawing = Drawing()
    for column, state in enumerate(State):
        drawing.text(_middle(column), 14, state.value, fill=MUTED, text_anchor="middle", font_size=10)
    for row, event in enumerate(Event):
        top = _TOP + row * _ROW
        drawing.text(0, top + 13, event.value, fill=INK, font_weight=600, font_size=11)
        for column, state in enumerate(State):
            _cell(drawing, column, top + 18, state, TRANSITIONS[state][event].to)
    words = "; ".join(
        f"{event.value}: "
        + ", ".join(f"{state.value} to {TRANSITIONS[state][event].to.value}" for state in State)
        for event in Event
    )
    return drawing.finish(_TOP + len(Event) * _ROW, "What the app becomes, by event and state", words)


def _cell(drawing: Drawing, column: int, top: float, state: State, to: State) -> None:
    left, words = column * (_CELL + _GAP), "stays" if to is state else to.value
    if to is state:
        drawing.rect(left, top, _CELL, 20, rx=5, fill=PAPER, stroke=LINE)
    else:
        edge = {"fill": RUN} if to.runs else {"fill": PAPER, "stroke": INK, "stroke_dasharray": "3 2"}
        drawing.rect(left, top, _CELL, 20, rx=5, **edge)
    colour = MUTED if to is state else PAPER if to.runs else INK
    drawing.text(_middle(column), top + 14, words, fill=colour, text_anchor="middle", font_size=10)


def _middle(column: int) -> float:
    return column * (_CELL + _GAP) + _CELL / 2


# What is left out, and what nobody knows.


def not_modelled() -> dict[str, str]:
    """What each module says that it leaves out: the module's name, and its words."""
    found: dict[str, str] = {}
    for path in sorted(MODEL.rglob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if match := _NOT_MODELLED.search(text):
            words = " ".join(match[1].split())
            found[path.relative_to(MODEL).with_suffix("").as_posix().replace("/", ".")] = (
                words[0].upper() + words[1:]
            )
    return found


def _not_modelled() -> list[str]:
    return [
        "## Not modelled",
        "",
        "A simulation shows the rules that were put into it. These were left out, by module:",
        "",
        *(f"- **{name.replace('_', ' ')}**: {words}" for name, words in not_modelled().items()),
        "",
    ]


def _gaps() -> list[str]:
    gaps = [claim for claim in claims.every() if claim.kind == "gap"]
    lines = [
        "## Gaps",
        "",
        f"{len(gaps)} things that were looked for and not found. The model does not make them up; each has the test on a device that would tell.",
        "",
    ]
    lines += [
        f"- {claim.statement}{{claim:{claim.id}}}\n\n    *What would tell:* {claim.change_our_mind}\n"
        for claim in gaps
    ]
    return [*lines, ""]
