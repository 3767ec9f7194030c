"""Pyodide's glue and module without what only shared libraries could ask for (see slim.mjs)."""

import hashlib
import tempfile
from pathlib import Path

from .compile import run_node, write_whole

_HERE = Path(__file__).parent
_SCRIPT = _HERE / "slim.mjs"


def slimmed(pyodide: Path, runner: Path, cache: Path) -> dict[str, bytes]:
    """Return the glue and the module by their names in the npm package, whose folder is `pyodide`.

    `runner` is the folder of the code that starts Python in the page: what it asks of the glue stays. Results are kept
    under `cache`. Raises `RuntimeBuildError` if Node is missing or fails.
    """
    names = ("pyodide.asm.mjs", "pyodide.asm.wasm")
    speakers = [*sorted(runner.glob("*.ts")), _HERE / "image.mjs"]
    key = hashlib.sha256()
    for path in (_SCRIPT, *speakers, pyodide / "pyodide.mjs", *(pyodide / name for name in names)):
        key.update(hashlib.sha256(path.read_bytes()).digest())
    stem = f"slim.{key.hexdigest()[:20]}"
    if not all((cache / f"{stem}.{name}").is_file() for name in names):
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            job = {
                "pyodide": str(pyodide),
                "speakers": [str(path) for path in speakers],
                "asm": f"{folder}/{names[0]}",
                "wasm": f"{folder}/{names[1]}",
            }
            run_node(_SCRIPT, Path(folder), job, "Taking out of Pyodide what no page asks for")
            for old in cache.glob("slim.*"):
                old.unlink(missing_ok=True)
            for name in names:
                write_whole(cache / f"{stem}.{name}", (Path(folder) / name).read_bytes())
    return {name: (cache / f"{stem}.{name}").read_bytes() for name in names}
