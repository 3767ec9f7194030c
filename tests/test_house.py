"""The rules of the house that a machine can check."""

import ast
import io
import json
import re
import subprocess
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from afterswipe.claims import compiling
from afterswipe.claims.catalogue import rules

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "afterswipe"


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def words(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_nothing_names_a_registry_or_a_machine():
    # Put together here, so that this file does not name them either.
    hosts = [
        ".".join(parts)
        for parts in (
            ("registry", "npmjs"),
            ("files", "pythonhosted"),
            ("pypi", "org"),
            ("deb", "debian"),
            ("unpkg", "com"),
        )
    ]
    places = ["/" + "work/main", "/" + "root/", "/" + "home/"]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        for word in hosts + places
        if word in words(path).replace("/home/pyodide", "")
    ]
    assert found == []


@pytest.mark.parametrize("name", ["package-lock.json", "bench/peers/package-lock.json"])
def test_npm_s_lock_file_has_no_addresses(name):
    lock = json.loads((ROOT / name).read_text())
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "requirements-runtime.lock",
        *(f"bench/peers/{name}.lock" for name in ("markdown-exec", "sphinx-pyodide", "wheels")),
    ],
)
def test_python_s_lock_files_are_hashed(name):
    text = (ROOT / name).read_text().replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    assert requirements
    assert all("==" in line and "--hash=sha256:" in line for line in requirements)


def test_the_package_depends_on_httpx_alone():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert [re.match(r"[\w-]+", name)[0] for name in project["dependencies"]] == ["httpx"]
    assert any(
        name.startswith("mkdocs>=") and "<2" in name for name in project["optional-dependencies"]["dev"]
    )


def test_versions_agree():
    import afterswipe

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert afterswipe.__version__ == version
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text()


MAY_IMPORT = {
    "sync/clock.py": {"time"},  # the real clock, and the one place that reads it
    "sync/store/disk.py": {"os"},  # the real disk: fsync, and no symbolic links
}
"""What the engine of the sync needs of the machine, each in one place."""


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_package_stands_alone_and_stays_small(path):
    tree = ast.parse(path.read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else [])
    }  # fmt: skip
    allowed = MAY_IMPORT.get(str(path.relative_to(PACKAGE)), set())
    assert not imported & {"guide", "time", "uuid", "secrets", "os", "threading", "socket"} - allowed
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno <= 60, f"{node.name} is longer than 60 lines"


NOT_FACTS = {
    "lock_screen.STARTS_AT": "what the clock shows at the start",
    "lock_screen._WIDTH": "columns of the text form",
    "rules._MILLISECONDS": "how long a unit is",
    "comparison.SEEDS": "how many runs, unless the caller says otherwise",
    "errors.NSURL_ERRORS": "Apple's numbers for errors",
    "pushes.(IMMEDIATE, LOW)": "names of two headers' values, not limits",
    "system._LOW_PRIORITY": "a header's value, not a limit",
    "loop.JUMPS_IN_ONE_TURN_MAX": "a safety net of the event loop, not a limit of iOS",
    "loop.JUMPS_IN_A_STEP": "a safety net of the event loop, not a limit of iOS",
    "network.REDIRECTS": "how many redirects are followed, by Apple's page of httpTooManyRedirects",
    "loop.(_TOOL, _NAME)": "which of Python's monitoring tools it is",
}
"""Numbers in the package that are no claims, each with the reason."""


UNITS = (8, 60, 1000, 1_000_000)
"""Bits in a byte, and the steps between units of time and of data."""


def bare_numbers(path: Path) -> list[str]:
    """Numbers above 2 in a module, with the module-level name that they belong to."""
    module = path.stem
    found = []
    for statement in ast.parse(path.read_text()).body:
        owner = ""
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            owner = ast.unparse(target)
        for node in ast.walk(statement):
            number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
            if number and abs(node.value) > 2 and node.value not in UNITS:
                found.append(f"{module}.{owner or '?'}: {node.value} in line {node.lineno}")
    return found


SYNC = PACKAGE / "sync"
COMMAND = PACKAGE.parent / "afterswipe_sync.py"
"""Where the sync's command begins: outside the package, which is imported only within it."""


def test_every_number_of_the_model_is_a_claim():
    drawing = {"units", "schema"} | {path.stem for path in (PACKAGE / "seen").glob("*.py")}
    bare = [
        number
        for path in sources()
        if path.stem not in drawing and not path.is_relative_to(SYNC)
        for number in bare_numbers(path)
        if number.split(":")[0] not in NOT_FACTS
    ]
    assert bare == [], "Make each a claim and take it from there with rules.number or .milliseconds."


def test_every_number_of_the_sync_is_a_limit():
    """The sync is no model: its numbers are its makers' choices, all in one place. HTTP's own have a name at the top of a module."""
    bare = [
        number
        for path in [*SYNC.rglob("*.py"), COMMAND]
        if path.name != "limits.py"
        for number in unnamed_numbers(path)
    ]
    assert bare == [], (
        "Make each a field of Limits; or, if it is HTTP's or a format's, a constant with a name."
    )


def unnamed_numbers(path: Path) -> list[str]:
    """Numbers above 2 that no constant names, and that are no place in a row or a text."""
    tree = ast.parse(path.read_text())
    named: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            named.update(ast.walk(node.slice))
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if ast.unparse(target).isupper():
                named.update(ast.walk(node.value))
    return [
        f"{path.name}: {node.value} in line {node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(node.value) > 2
        if node not in named and node.value not in UNITS
    ]


def test_the_search_for_bare_numbers_can_fail(tmp_path):
    (tmp_path / "bad.py").write_text("LIMIT = 30\n\ndef wait():\n    return 180\n")
    assert bare_numbers(tmp_path / "bad.py") == ["bad.LIMIT: 30 in line 1", "bad.?: 180 in line 4"]
    assert unnamed_numbers(tmp_path / "bad.py") == ["bad.py: 180 in line 4"]


def core() -> list[Path]:
    """What a reader's browser loads first: the package without story, sync and the claims' sources."""
    apart = ("story", "sync", "claims/sources", "claims/compiling.py")
    return [path for path in sources() if not str(path.relative_to(PACKAGE)).startswith(apart)]


CORE_LINES_MAX = 9_000
CORE_BYTES_MAX = 300_000
DOCSTRINGS_MIN = 0.14
MODULES_MAX = 12


def docstring_lines(path: Path) -> list[str]:
    """The lines of the docstrings in a module, those under a constant or an attribute included."""
    text = path.read_text()
    lines = text.splitlines()
    return [
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in lines[node.lineno - 1 : node.end_lineno]
    ]


def test_no_docstring_of_the_core_or_the_sync_is_wider_than_its_code():
    """Red before: each budget of lines was kept by hundreds of lines of docstrings of up to 339 columns."""
    width = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["line-length"]
    counted = [*core(), *SYNC.rglob("*.py"), COMMAND]
    wide = [f"{path.name}: {line}" for path in counted for line in docstring_lines(path) if len(line) > width]
    assert wide == [], "Say it in fewer words, or free a line elsewhere."


def test_the_core_stays_small_and_says_what_it_is():
    """Every line of Python counts that is neither the story's nor the sync's."""
    counted = [path for path in sources() if path.relative_to(PACKAGE).parts[0] not in ("story", "sync")]
    lines = sum(len(path.read_text().splitlines()) for path in counted)
    assert lines <= CORE_LINES_MAX
    assert sum(len(docstring_lines(path)) for path in counted) >= round(DOCSTRINGS_MIN * lines, 6)


def test_the_core_archive_stays_small():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in core():
            archive.write(path, path.relative_to(PACKAGE))
        for name, data in compiling.compiled(PACKAGE / "claims/data").items():
            if name != compiling.SOURCES:
                archive.writestr(f"claims/{name}", data)
    assert packed.tell() <= CORE_BYTES_MAX


SYNC_LINES_MAX = 4_200


def test_the_sync_stays_small():
    counted = [*SYNC.rglob("*.py"), COMMAND]
    assert sum(len(path.read_text().splitlines()) for path in counted) <= SYNC_LINES_MAX


def test_no_room_has_more_than_a_dozen_modules():
    others = [path for name in ("faultlab", "guide") for path in (ROOT / "src" / name).rglob("*.py")]
    rooms = Counter(path.parent for path in [*sources(), *others] if path.name != "__init__.py")
    assert {str(room): count for room, count in rooms.items() if count > MODULES_MAX} == {}


def test_ids_of_claims_stand_whole():
    """A search for an id finds where it is used: none is put together from a prefix and a rest."""
    ids = (PACKAGE / "claims/ids.txt").read_text().split()
    prefixes = {claim_id.partition(".")[0] + "." for claim_id in ids}
    parts = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}: {node.value}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in prefixes
    ]
    assert parts == []


def asked_for(path: Path) -> set[str]:
    """The literal ids that a module hands to its rules."""
    return {
        given.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("cite", "holds", "number", "milliseconds", "require") and node.args
        for given in (node.args if node.func.attr == "cite" else node.args[:1])
        if isinstance(given, ast.Constant)
    }


def test_every_id_that_the_model_asks_for_is_a_claim():
    ids = set((PACKAGE / "claims/ids.txt").read_text().split())
    assert {claim_id for path in core() for claim_id in asked_for(path)} - ids == set()


def test_few_rules_are_asked_for_an_answer():
    """`holds` stands only where the answer depends on the version, on a supposed belief or on a dispute."""
    decides = {rule for belief in rules().values() for rule in belief.displaces}
    decides |= {rule.id for rule in rules().values() if rule.side or rule.since or rule.until}
    held = {
        node.args[0].value
        for path in core()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "holds"
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert held - decides == set()


def test_no_two_classes_of_the_phone_share_a_name():
    """In rooms that a reader has open together a name means one thing. The sync is read by itself."""
    classes = Counter(
        node.name
        for path in sources()
        if not path.is_relative_to(SYNC)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in classes.items() if count > 1] == []


def test_no_test_of_properties_waits_on_a_wall_clock():
    """Red before: one had the library's own deadline of 200 ms, and failed beside other work."""
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
