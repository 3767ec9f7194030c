"""What a program imports, as the page reads it before the run, compared with Python's own parser."""

import ast
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Prints, for each program in a JSON list on standard input, the names that importedNames() gives.
SCRIPT = """
import { build } from "esbuild";
const made = await build({ entryPoints: ["src/runner/imports.ts"], bundle: true, write: false, format: "esm" });
const url = "data:text/javascript," + encodeURIComponent(made.outputFiles[0].text);
const { importedNames } = await import(url);
let text = "";
for await (const piece of process.stdin) text += piece;
console.log(JSON.stringify(JSON.parse(text).map((program) => [...importedNames(program)].sort())));
"""

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
    command = ["node", "--input-type=module", "--eval", SCRIPT]
    done = subprocess.run(
        command, input=json.dumps(programs), capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for program, found in zip(programs, json.loads(done.stdout), strict=True):
        assert found == meant(program), program
