"""A page with runnable snippets, as the site writes them, and what a reader can do with one of them."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from playwright.sync_api import Locator, Page
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

#: The policy of every page of the site (see src/guide, the finish stage).
POLICY = (
    "default-src 'none'; base-uri 'self'; form-action 'none'; img-src 'self' data:; font-src 'self'; "
    "media-src 'self' blob:; manifest-src 'self'; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self' blob:"
)

#: Colours as the site's own style sheet sets them, so that pictures and panels look as they will.
COLOURS = """
body { margin: 0; padding: 16px; max-width: 50rem; margin-inline: auto; font: 16px/1.6 system-ui, sans-serif;
  background: var(--as-paper, #fff); color: var(--as-ink, #1c1f26); }
[data-md-color-scheme="slate"] { --as-ink: #eceef2; --as-muted: #a2a9b5; --as-paper: #14161b; --as-panel: #1b1e25;
  --as-line: #353a45; --as-accent: #7fabff; --as-run: #4fc3a1; --as-gap: #ff7a5c; --as-card: #262b35;
  --as-error: #ff8f80; color-scheme: dark; }
"""


@dataclass(frozen=True)
class Source:
    """One snippet of a page: its code and its tested output, as text or as whole HTML parts."""

    code: str
    tested: str = "tested\n"
    parts: str = ""


def runtime_files(run: Path) -> tuple[str, str, str]:
    """The entry of the runner, the manifest's name and its integrity value, from a folder with both bundles."""
    entry = json.loads((run / "runner.json").read_text())["entry"]
    manifest = next(run.glob("manifest*.json"))
    digest = base64.b64encode(hashlib.sha256(manifest.read_bytes()).digest()).decode()
    return entry, manifest.name, f"sha256-{digest}"


def render(sources: Mapping[str, Source], run: Path, scheme: str = "default", manifest: str = "") -> str:
    """The page: `sources` by file name, the bundles in `run` at `_run/`. `manifest` stands in for the real one."""
    entry, name, integrity = runtime_files(run)
    snippets = "\n".join(_snippet(file, source) for file, source in sources.items())
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>Snippets</title><link rel="icon" href="data:,">
<style>{COLOURS}</style><link rel="stylesheet" href="assets/snippet.css">
<script type="module" src="_run/{entry}" data-manifest="_run/{manifest or name}" data-integrity="{integrity}"></script>
</head>
<body data-md-color-scheme="{scheme}"><h1>Snippets</h1><p><a href="#top">A link before</a></p>
{snippets}
<p><a href="#end">A link after</a></p></body></html>"""


def _snippet(file: str, source: Source) -> str:
    code = highlight(source.code, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True))
    parts = source.parts or f'<pre class="snippet-text">{escape(source.tested)}</pre>'
    return f"""<run-snippet name="{file.removesuffix(".py").replace("_", "-")}" source="{file}">
  <div class="snippet-bar"><span class="snippet-file">{file}</span></div>
  <div class="snippet-code"><pre tabindex="0"><code>{code}</code></pre></div>
  <div class="snippet-output" role="group" aria-label="Output of {file}">{parts}</div>
</run-snippet>"""


class Snippet:
    """One snippet on an open page, with what a reader can see and do."""

    def __init__(self, page: Page, file: str) -> None:
        self.page = page
        self.file = file
        self.root = page.locator(f'run-snippet[source="{file}"]')
        self.status = self.root.get_by_role("status")
        self.output = self.root.locator(".snippet-parts")
        self.label = self.root.locator(".snippet-label")
        self.notice = self.root.locator(".snippet-notice")
        self.error = self.root.locator(".snippet-error")
        self.notes = self.root.locator(".snippet-note")
        self.pictures = self.root.locator(".snippet-picture > svg")
        self.editor = self.root.locator(".cm-content")
        self.mark = self.root.locator(".snippet-mark, .snippet-marked")

    def button(self, word: str) -> Locator:
        """A button by the first word of its name: Run, Stop, Reset, Edit, Copy."""
        return self.root.get_by_role("button", name=re.compile(rf"^{word}\b"))

    def run(self) -> None:
        """Press Run."""
        self.button("Run").click()

    def write(self, code: str) -> None:
        """Put `code` in place of all code in the editor, as a paste. The editor adds the last line's end itself."""
        if not self.editor.is_visible():
            self.button("Edit").click()
        self.editor.press("ControlOrMeta+a")
        self.editor.evaluate(
            """(target, text) => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", text);
                target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
            }""",
            code.removesuffix("\n"),
        )

    def result(self) -> str:
        """What a run showed, in the form of the golden files: text, and a line for each picture and each sound."""
        return str(
            self.output.evaluate(
                """(parts) => [...parts.children].map((part) => part.matches(".snippet-picture")
                    ? `[picture: ${part.querySelector("title")?.textContent ?? ""}]\\n`
                    : part.matches(".snippet-sound") ? `[sound: ${part.textContent}]\\n`
                    : part.textContent).join("")"""
            )
        )
