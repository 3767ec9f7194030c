"""What a program imports, as the page reads it before the run, compared with Python's own parser."""

import ast

from tests.runner.in_node import ROOT, in_node

PROGRAMS = [
    "import a, b.c as d\nfrom e import (f,\n  g as h,  # a comment\n)\nfrom i.j import *\n",
    "if True: import a; import b\ntry:\n    from c import d\nexcept ImportError: import e\n",
    "def f():\n    import a\nclass C: from b import c\n",
    "text = '''\nimport no\n'''; import yes\n",
    "s = 'import no' # import no\nt = \"it's\"\nimport yes\n",
    "r = r'\\'\nimport no'\n".replace("\nimport no'", "x'\nimport yes"),
    "from a \\\n  import b\nimport \\\n  c\n",
    "x = [1,\nimport_me]\nimported = 1\nfromage = 2\n",
    "from a import b;from c import d\n",
    'f"""{1}\nimport no\n"""\nimport yes\n',
    "import \u00fc.b\n",
    "x = {'a': 1}; import a\nlambda: 0\n",
]


def meant(program: str) -> list[str]:
    names = set()
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {
                f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*"
            }
    return sorted(names)


def test_it_finds_what_python_finds() -> None:
    snippets = [path.read_text() for path in sorted((ROOT / "snippets").glob("*.py"))]
    programs = [*PROGRAMS, *snippets]
    names = in_node(
        "imports.ts", "given.map((program) => [...module.importedNames(program)].sort())", programs
    )
    for program, found in zip(programs, names, strict=True):
        assert found == meant(program), program
