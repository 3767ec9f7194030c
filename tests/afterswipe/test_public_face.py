"""One public face: everything that is imported comes from four names, and each place that lists them lists the same."""

import ast
import re
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

import afterswipe

ROOT = Path(__file__).resolve().parents[2]
FACES = {"afterswipe", "afterswipe.claims", "afterswipe.story", "afterswipe.sync", "faultlab"}
PACKAGE = ROOT / "src" / "afterswipe"


def type_block() -> dict[str, str]:
    """The names below `if TYPE_CHECKING`, each with its module."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    return {
        name.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
    }


def api_pages() -> list[str]:
    return [
        name
        for page in sorted((ROOT / "docs" / "reference" / "api").glob("*.md"))
        for name in re.findall(r"^::: afterswipe\.(\w+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def test_table_list_type_block_pages_and_dir_are_one():
    names = sorted(afterswipe.__all__)
    assert sorted(afterswipe._ROOM_OF) == names
    assert type_block() == afterswipe._ROOM_OF
    assert sorted(api_pages()) == names
    assert dir(afterswipe) == sorted([*names, "__version__"])


@pytest.mark.parametrize("name", afterswipe.__all__)
def test_a_public_name_is_what_its_module_has(name: str):
    value = getattr(afterswipe, name)
    module = sys.modules[f"afterswipe.{afterswipe._ROOM_OF[name]}"]
    assert value is getattr(module, name)


def test_a_wrong_name_is_answered_with_the_nearest_right_ones():
    with pytest.raises(AttributeError, match=r"no 'BGProcesingTask'\. Did you mean BGProcessingTask or "):
        afterswipe.BGProcesingTask  # noqa: B018
    with pytest.raises(AttributeError, match="The API page lists every name"):
        afterswipe.qqqqqqqqqqqq  # noqa: B018
    with pytest.raises(ImportError) as refused:
        from afterswipe import Fone  # noqa: F401
    assert "Did you mean: 'Phone'?" in "".join(traceback.format_exception(refused.value))


def test_a_program_loads_no_more_than_it_needs():
    code = "import sys, afterswipe; afterswipe.MB; print([name for name in sys.modules if name.startswith('afterswipe.')])"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    assert shown.stdout.strip() == "['afterswipe.units']"


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    found |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return {name for name in found if name.split(".")[0] in ("afterswipe", "faultlab")}


@pytest.mark.parametrize("path", sorted((ROOT / "snippets").glob("*.py")), ids=lambda path: path.stem)
def test_a_snippet_names_no_inner_module(path: Path):
    assert imported(path) <= FACES - {"afterswipe.claims"}


def test_nothing_else_in_the_package_imports_by_name():
    found = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(
            # who only looks whether something is there imports nothing, nor does an object with a way to its parts
            r"importlib(?! import resources)(?!\.resources)(?!\.util import find_spec)|^def __getattr__|__import__",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    assert found == ["__init__.py"]
