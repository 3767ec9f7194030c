"""Two peers, each in an environment of its own below build/bench/, from the locks in bench/peers/: set up, given one page that prints 1, and made
to load everything from here. Both name the address of their Pyodide in their code; npm has the same version of it. See bench/README.md.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .serving import ROOT

LOCKS = ROOT / "bench" / "peers"
MADE = ROOT / "build" / "bench"
NODE = MADE / "node"
#: What each peer is given.
SOURCES = {
    "markdown-exec": {
        "mkdocs.yml": "site_name: A peer\ntheme: {name: material, font: false}\nplugins: [search, markdown-exec]\n"
        "markdown_extensions: [pymdownx.superfences]\n",
        "docs/index.md": "# A page\n\n```pyodide\nprint(1)\n```\n",
    },
    "sphinx-pyodide": {
        "conf.py": 'project = "A peer"\nextensions = ["sphinx_pyodide"]\npyodide_build_output = False\n',
        "index.rst": "A page\n======\n\n.. pyodide::\n   :editable:\n\n   print(1)\n",
    },
}
BUILD = {
    "markdown-exec": ["mkdocs", "build", "--quiet"],
    "sphinx-pyodide": ["sphinx", "-q", ".", "site"],
}
#: Where the peers load from, and what stands for it below /peers/.
ADDRESSES = {
    "https://cdn.jsdelivr.net/pyodide/v{pyodide}/full/": "pyodide/",
    "https://cdnjs.cloudflare.com/ajax/libs/ace/{ace-builds}/": "ace/",
    "https://cdnjs.cloudflare.com/ajax/libs/highlight.js/{@highlightjs/cdn-assets}/": "highlight/",
    "https://cdn.jsdelivr.net/npm/highlightjs-themes@{highlightjs-themes}/": "themes/",
}
_FROM_ELSEWHERE = re.compile(
    r"""<(?:script|link|img)\b[^>]*(?:src|href)=["']?(https?://[^"' >]+\.(?:js|css|mjs))"""
)


def lay_out(lab: Path) -> None:
    """The peers' pages at /peers/NAME/, with the bare start of their Pyodide beside them."""
    set_up_node()
    served = lab / "peers"
    served.mkdir()
    modules = NODE / "node_modules"
    (served / "ace").symlink_to(modules / "ace-builds" / "src-min-noconflict")
    (served / "highlight").symlink_to(modules / "@highlightjs" / "cdn-assets")
    (served / "themes").symlink_to(modules / "highlightjs-themes")
    shutil.copytree(modules / "pyodide", served / "pyodide")
    _add_wheels(served / "pyodide")
    for name in ("bare.html", "bare.mjs"):
        shutil.copyfile(lab / name, served / name)
    for name in SOURCES:
        shutil.copytree(_built(name), served / name)
        for page in (served / name).rglob("*.html"):
            page.write_text(_from_here(page.read_text()))


def set_up_node() -> None:
    """What comes from npm: the peers' Pyodide, what their pages load besides, and Lighthouse."""
    lock = LOCKS / "package-lock.json"
    if _fresh(NODE, lock):
        for file in (lock, lock.with_name("package.json")):
            shutil.copyfile(file, NODE / file.name)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=NODE, check=True)
        (NODE / "ready").touch()


def version(package: str) -> str:
    """Of a package from npm."""
    lock = json.loads((LOCKS / "package-lock.json").read_text())
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def versions() -> str:
    """The peers and their Pyodide, in words."""
    pinned = [(LOCKS / f"{name}.in").read_text().split()[0].replace("==", " ") for name in SOURCES]
    return f"{' and '.join(pinned)} with Pyodide {version('pyodide')}"


def _fresh(folder: Path, lock: Path) -> bool:
    """Whether what is in the folder has to be made, which is then empty."""
    ready = folder / "ready"
    if ready.is_file() and ready.stat().st_mtime >= lock.stat().st_mtime:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return True


def _built(name: str) -> Path:
    folder, lock = MADE / name, LOCKS / f"{name}.lock"
    python = folder / "venv" / "bin" / "python"
    if _fresh(folder, lock):
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        _pip(python, "install", lock)
        (folder / "ready").touch()
    for path, text in SOURCES[name].items():
        (folder / "page" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "page" / path).write_text(text)
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([python, "-m", *BUILD[name]], cwd=folder / "page", env=quiet, check=True)
    return folder / "page" / "site"


def _add_wheels(pyodide: Path) -> None:
    """The package that markdown-exec always loads, which npm's copy of Pyodide leaves out. Its lock has the sum of Pyodide's own build."""
    folder, lock = MADE / "wheels", LOCKS / "wheels.lock"
    if _fresh(folder, lock):
        for_pyodide = ("--python-version", "3.14", "--only-binary", ":all:")
        _pip(Path(sys.executable), "download", lock, "--no-deps", *for_pyodide, "--dest", str(folder))
        (folder / "ready").touch()
    known = json.loads((pyodide / "pyodide-lock.json").read_text())
    for wheel in folder.glob("*.whl"):
        package = next(one for one in known["packages"].values() if one["file_name"] == wheel.name)
        package["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
        shutil.copyfile(wheel, pyodide / wheel.name)
    (pyodide / "pyodide-lock.json").write_text(json.dumps(known))


def _pip(python: Path, what: str, lock: Path, *more: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([python, "-m", "pip", what, *quiet, "--require-hashes", "-r", lock, *more], check=True)


def _from_here(html: str) -> str:
    for address, folder in ADDRESSES.items():
        html = html.replace(
            re.sub(r"\{(.+?)\}", lambda found: version(found[1]), address), f"/peers/{folder}"
        )
    if left := _FROM_ELSEWHERE.search(html):
        raise ValueError(f"A peer loads {left[1]}, which is not served here: see ADDRESSES.")
    return html
