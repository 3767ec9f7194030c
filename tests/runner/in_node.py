"""The runner's TypeScript under Node, asked by a test."""

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

_ASK = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const { file, given } = JSON.parse(readFileSync(0, "utf8"));
const made = await build({ entryPoints: [file], bundle: true, format: "esm", platform: "node", write: false });
const module = await import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].text).toString("base64")}`);
console.log(JSON.stringify(%s));
"""


def in_node(file: str, expression: str, given: object) -> Any:
    """What a JavaScript expression gives, in which `module` is a file below `src/runner` and `given` what is given."""
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", _ASK % expression],
        input=json.dumps({"file": f"src/runner/{file}", "given": given}),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
