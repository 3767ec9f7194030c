"""Stage 3, finish: from the builder's site to ours. It knows files and HTML, and nothing of the builder.

It puts the runtime and the runner into `_run/` under names with a content hash, writes the policy and the runner's script
into every page, completes the links to claims, marks for whom a page is, and leads from the old addresses of pages to the new.
"""

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from afterswipe import claims
from afterswipe.claims.sources import Claim
from guide import front_matter
from guide.claims import data as claim_data
from guide.claims import feed
from guide.claims import head as claim_head
from guide.claims import links as claim_links
from guide.errors import BuildError

from . import moved, page_marks
from .lost_page import lost_page

FOLDER = "_run"

_INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\ssrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>(.*?)</script>", re.DOTALL
)
_HEAD = re.compile(r"<head>\s*(<meta charset=[^>]*>)?")
_CLAIM_LINK = re.compile(r'href="claim:([^"]+)"')


def finish(
    site: Path, runtime: Path, runner: Path, *, site_url: str, today: date, docs: Path | None = None
) -> None:
    """Complete the site in place; `docs` has the front matter of its pages. Raises BuildError where runtime or runner are not built."""
    known = {claim.id: claim for claim in claims.every()}
    claim_data.write(site, list(known.values()), site_url, today)
    feed.write(site, list(known.values()), site_url)
    if docs:
        moved.write(site, moved.moved(), site_url)
    about = front_matter.pages(docs) if docs else {}
    script = _copy_runner(site, runner) | _copy_runtime(site, runtime)
    pages = sorted(site.rglob("*.html"))
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    policy = content_security_policy(texts.values())
    for page, text in texts.items():
        if _HEAD.search(text) is None or "</body>" not in text:
            raise BuildError(
                f"{page.name} of the builder has no <head> or no </body>, so the policy cannot be written into it."
            )
        # Builders link a 404 page absolutely, for it is shown anywhere; all others find the root relatively.
        up = _root_of(text) if page == site / "404.html" else "../" * (len(page.relative_to(site).parts) - 1)
        path = page.relative_to(site).as_posix().removesuffix("index.html")
        filled = lost_page(text, up) if page == site / "404.html" else text
        marked = page_marks.marked(filled, about.get(path, {}).get("audience", ""))
        headed = claim_head.with_head(marked, path, known, site_url)
        linked = _with_claim_links(headed, up, known, site_url)
        page.write_text(_finished(linked, policy, script, up), encoding="utf-8")


def content_security_policy(pages: Iterable[str]) -> str:
    """The policy for all pages: this origin only, WebAssembly but no eval, and the builder's inline scripts by hash.

    One policy for all, because pages are exchanged without a reload (navigation.instant) under the first page's policy.
    """
    hashes = sorted({_sha256(script) for text in pages for script in _INLINE_SCRIPT.findall(text)})
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return "; ".join(
        (
            "default-src 'none'",
            "base-uri 'self'",
            "form-action 'none'",
            "img-src 'self' data:",
            "font-src 'self'",
            "media-src 'self' blob:",  # a sound that a program has downloaded
            "manifest-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {allowed}".rstrip(),
            "worker-src 'self' blob:",
            "connect-src 'self' blob:",
        )
    )


def _with_claim_links(text: str, up: str, known: dict[str, Claim], site_url: str) -> str:
    """Lead every marker to its claim's page, and write the permanent address beside it for paper (print.css)."""
    host = re.sub(r"^https?://", "", site_url)

    def completed(link: re.Match[str]) -> str:
        path = f"c/{claim_links.successor(known, link[1])}/"
        return f'data-address="{host}{path}" href="{up}{path}"'

    return _CLAIM_LINK.sub(completed, text)


def _finished(text: str, policy: str, script: dict[str, str], up: str) -> str:
    head = _HEAD.search(text)
    assert head is not None
    meta = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<link rel="alternate" type="application/atom+xml" title="Changes to claims" href="{up}{feed.FILE}">'
    )
    text = text[: head.end()] + meta + text[head.end() :]
    tag = (
        f'<script type="module" src="{up}{FOLDER}/{script["entry"]}" data-manifest="{up}{FOLDER}/{script["manifest"]}" '
        f'data-integrity="{script["integrity"]}"></script>'
    )
    tag += f'<script type="module" src="{up}{FOLDER}/{script["claims"]}"></script>'
    return text.replace("</body>", tag + "</body>").replace('href="site:', f'href="{up}')


def _copy_runner(site: Path, runner: Path) -> dict[str, str]:
    listing = runner / "runner.json"
    if not listing.is_file():
        raise BuildError(f"{listing.name} is missing in {runner.name}/: the runner is not built. Run: make")
    built = json.loads(listing.read_text(encoding="utf-8"))
    (site / FOLDER).mkdir(exist_ok=True)
    for name in built["files"]:
        shutil.copyfile(runner / name, site / FOLDER / name)
    return {"entry": built["entry"], "claims": built["claims"]}


def _copy_runtime(site: Path, runtime: Path) -> dict[str, str]:
    manifest = runtime / "manifest.json"
    if not manifest.is_file():
        raise BuildError(f"manifest.json is missing in {runtime.name}/: the runtime is not built. Run: make")
    data = manifest.read_bytes()
    content = json.loads(data)
    (site / FOLDER).mkdir(exist_ok=True)
    for file in [*content["files"].values(), *content["archives"]]:
        for path in (file["path"], *([file["packed"]["path"]] if "packed" in file else [])):
            shutil.copyfile(runtime / path, site / FOLDER / path)
    name = f"manifest.{hashlib.sha256(data).hexdigest()[:10]}.json"
    (site / FOLDER / name).write_bytes(data)
    return {
        "manifest": name,
        "integrity": f"sha256-{base64.b64encode(hashlib.sha256(data).digest()).decode()}",
    }


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _root_of(text: str) -> str:
    """The absolute path of the site's root, as the builder wrote it into the 404 page."""
    found = re.search(r'"base":\s*"([^"]*)"', text)
    base = found[1] if found else "/"
    return base if base.endswith("/") else base + "/"
