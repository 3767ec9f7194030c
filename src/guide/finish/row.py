"""Stage 3, finish: from the builder's site to ours. It knows files and HTML, and nothing of the builder.

Every built page is read once, goes through the row of small steps (`STEPS`), and is written once. A claim's page is the
builder's *shell* with the claim's article in it, and goes through the same row. The runtime and the runner go into
`_run/` under names with a content hash.
"""

import base64
import hashlib
import json
import posixpath
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape, unescape
from pathlib import Path

from afterswipe import claims
from afterswipe.claims.sources import Claim
from guide import front_matter
from guide.claims import data, feed, head
from guide.claims import links as claim_links
from guide.claims import pages as claim_pages
from guide.errors import BuildError
from guide.templating import render

from . import embed, fragments, listings, long_names, moved, packing, page_marks, stubs, styles, theme_script
from .lost_page import lost_page

FOLDER = "_run"

_INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\ssrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>(.*?)</script>", re.DOTALL
)
_HEAD = re.compile(r"<head>\s*(<meta charset=[^>]*>)?")
_CLAIM_LINK = re.compile(r'href="claim:([^"]+)"')
_MACHINERY = re.compile(
    r'<p class="doc doc-class-bases">\s*Bases: <code>(?!<a|ABC\b|Enum\b|Exception\b|Protocol\b|tuple\b).*?</p>\s*',
    re.DOTALL,
)
_CLAIM_ID = re.compile(
    r"<(?P<whole>pre|a|script|h\d|svg)\b.*?</(?P=whole)>|<[^>]*>|(?<![\w.-])(?P<id>[a-z-]+\.[a-z0-9-]*[a-z0-9])(?![\w-])",
    re.DOTALL,
)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
_ARTICLE = re.compile(rf'(?:<!--(?:(?!-->).)*-->\s*)?<h1 id="{claim_pages.ARTICLE}"[^>]*>.*?</h1>', re.DOTALL)
_SEARCH_WORKER = re.compile(r'"search": "[^"]*workers/search[^"]*"')
_SHELL = "c/shell/"
_KEPT = "whole.json"
"""In the cache: what `draft` needs of the last `finish`."""
_NAV_LINK = re.compile(
    r'(<a href="([^"#]*)" class="md-nav__link[^"]*">\s*<span class="md-ellipsis">(?:(?!</a>).)*?)(\s*</span>)',
    re.DOTALL,
)


@dataclass(frozen=True)
class Whole:
    """What the steps need of the whole site."""

    claims: Mapping[str, Claim]
    audiences: Mapping[str, str]
    plain: Mapping[str, str]
    """What is behind a chapter's name, in plain words, by its address."""
    linked: Mapping[str, date]
    """When the pages elsewhere that a page links to were last read (`linked` in its front matter), by its address."""
    policy: str
    script: Mapping[str, str]
    site_url: str


@dataclass(frozen=True)
class Place:
    """Where a page lies: its address below the root, such as `c/<id>/`, and how it reaches the root."""

    path: str
    up: str
    whole: Whole


def finish(
    built: Path,
    site: Path,
    runtime: Path,
    runner: Path,
    *,
    site_url: str,
    today: date,
    docs: Path | None = None,
) -> dict[str, tuple[str, str]]:
    """Make the site in `site` from the builder's in `built`, and return title and description of its pages, claims left out.

    `docs` has the front matter of the pages. Raises BuildError where runtime or runner are not built, and for a page that no
    policy can be written into.
    """
    _copy_the_rest(built, site)
    script = _copy_runner(site, runner) | _copy_runtime(site, runtime)
    texts = fragments.led_on({_path(page, built): _read(page) for page in sorted(built.rglob("*.html"))})
    shell = texts.pop(_SHELL, "")
    short = stubs.found(texts)
    pages = texts | moved.pages(moved.moved() if docs else {}, texts, site_url) | embed.pages(texts, site_url)
    pages |= stubs.pages(short, site_url)
    about = {path: _about(text) for path, text in texts.items()}
    policy = content_security_policy([*pages.values(), shell])
    whole = _whole(docs, policy, script, site_url)
    made = claim_pages.pages(claims.every(), today=today, site_url=site_url, docs=docs) if shell else {}
    pages |= {f"c/{claim_id}/": _filled(shell, claim_id, page) for claim_id, page in made.items()}
    finished = {path: _through_the_row(path, text, whole) for path, text in pages.items()}
    theme_script.mend(site, site_url, texts.values())
    sheet = styles.one_sheet(site, finished, site.parent / "cache" / "styles")
    kept = {"policy": policy, "script": script, "site_url": site_url, "sheet": sheet}
    (site.parent / "cache" / _KEPT).write_text(json.dumps(kept), encoding="utf-8")
    for path, text in finished.items():
        _write(site, path, styles.with_one_sheet(text, f"{_up(path, text)}{sheet}"))
    listings.complete(site, {f"c/{claim_id}/": page.title for claim_id, page in made.items()}, _SHELL)
    guide = [(title, path, words) for path, (title, words) in sorted(about.items()) if path != "404.html"]
    data.write(site, claims.every(), site_url, today, guide)
    feed.write(site, claims.every(), site_url)
    return about | {path: (stub.title, stub.words) for path, stub in short.items()}


def draft(built: Path, path: str, site: Path, docs: Path) -> None:
    """Put one page of the builder's anew into a finished site. What it shares with other pages stays as the last `finish` left it."""
    kept = json.loads((site.parent / "build" / "cache" / _KEPT).read_text(encoding="utf-8"))
    text = _read(built / path / "index.html")
    made = _through_the_row(path, text, _whole(docs, kept["policy"], kept["script"], kept["site_url"]))
    _write(site, path, styles.with_one_sheet(made, f"{_up(path, text)}{kept['sheet']}"))


def _whole(docs: Path | None, policy: str, script: Mapping[str, str], site_url: str) -> Whole:
    keys = front_matter.pages(docs) if docs else {}
    audiences = {path: of.get("audience", "") for path, of in keys.items()}
    plain = {path: of["plain"] for path, of in keys.items() if "plain" in of}
    linked = {path: date.fromisoformat(of["linked"]) for path, of in keys.items() if "linked" in of}
    known = {claim.id: claim for claim in claims.every()}
    return Whole(known, audiences, plain, linked, policy, script, site_url)


def _through_the_row(path: str, text: str, whole: Whole) -> str:
    if _HEAD.search(text) is None or "</body>" not in text:
        raise BuildError(
            f"{path or 'index.html'} of the builder has no <head> or no </body>, so the policy cannot be written into it."
        )
    place = Place(path, _up(path, text), whole)
    for step in STEPS:
        text = step(text, place)
    return text


# The steps, each from a page's HTML to its HTML.


def words_for_the_lost(text: str, place: Place) -> str:
    """The page for an address that is not there has words of ours."""
    return lost_page(text, place.up) if place.path == "404.html" else text


def mark(text: str, place: Place) -> str:
    """Below the title stands for whom the page is, and its date. A claim's page has its own dates."""
    if place.path.startswith(("c/", "404.html", embed.FOLDER)):
        return text
    read = max(page_marks.last_read(text, place.whole.claims), place.whole.linked.get(place.path, date.min))
    address = re.sub(r"^https?://", "", place.whole.site_url) + place.path
    return page_marks.marked(text, place.whole.audiences.get(place.path, ""), read, address)


def contents(text: str, _place: Place) -> str:
    """Behind the first answer stands what is on the page, for phones."""
    return page_marks.with_contents(text)


def plain_names(text: str, place: Place) -> str:
    """Below a chapter's name in the navigation stands what is behind it (`plain` in its front matter)."""

    def completed(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join("/", place.path, link[2])).lstrip("/") + "/"
        words = place.whole.plain.get(target)
        return f'{link[1]}<small class="nav-plain">{escape(words)}</small>{link[3]}' if words else link[0]

    return _NAV_LINK.sub(completed, text)


def preview_tags(text: str, place: Place) -> str:
    """What a preview of the page shows."""
    return head.with_head(text, place.path, place.whole.claims, place.whole.site_url)


def old_fragments(text: str, place: Place) -> str:
    """What once had an id on the page is still found under it."""
    return fragments.kept(text, place.path)


def short_addresses(text: str, place: Place) -> str:
    """Questions, promises and ways say at which address they can be sent."""
    return stubs.told(text, place.path)


def claim_addresses(text: str, place: Place) -> str:
    """Every marker leads to its claim's page, names the pages of further claims (claims.ts), and where paper shows them, all addresses (print.css)."""
    host = re.sub(r"^https?://", "", place.whole.site_url)
    printed = 'class="brief"' in text

    def completed(link: re.Match[str]) -> str:
        ids = dict.fromkeys(claim_links.successor(place.whole.claims, one) for one in link[1].split(","))
        paths = [f"c/{claim_id}/" for claim_id in ids]
        also = f'data-also="{" ".join(place.up + path for path in paths[1:])}" ' if paths[1:] else ""
        shown = f'data-address="{", ".join(host + path for path in paths)}" ' if printed else ""
        return f'{shown}{also}href="{place.up}{paths[0]}"'

    return _CLAIM_LINK.sub(completed, text)


def reference(text: str, place: Place) -> str:
    """An id of a claim in the words of the reference, such as a docstring's, leads to its page; what a class is built on is named where it can be looked up."""
    if not place.path.startswith(("reference/api/", "reference/spec/")):
        return text

    def led(said: re.Match[str]) -> str:
        claim_id = said["id"]
        known = claim_id is not None and claim_id in place.whole.claims
        return f'<a href="{place.up}c/{claim_id}/">{claim_id}</a>' if known else said[0]

    head, article, rest = text.partition("<article")
    return head + article + _CLAIM_ID.sub(led, _MACHINERY.sub("", rest))


def own_search(text: str, place: Place) -> str:
    """The theme gets our search worker, which loads engine and index when somebody searches.

    The theme fetches its index at once for a form of the name "search", so the form has another one. The dialog gets a name.
    """
    worker = f"{place.up}{FOLDER}/{place.whole.script['search']}"
    text = text.replace('class="md-search__form" name="search"', 'class="md-search__form" name="find"')
    text = text.replace(
        'data-md-component="search" role="dialog">',
        'data-md-component="search" role="dialog" aria-label="Search">',
    )
    return _SEARCH_WORKER.sub(f'"search": "{worker}"', text)


def names_in_words(text: str, _place: Place) -> str:
    """A long name in a table may be broken between its words."""
    return long_names.breakable(text)


def without_repetition(text: str, _place: Place) -> str:
    """What a page says twice is fetched twice."""
    return packing.packed(text)


def policy_and_scripts(text: str, place: Place) -> str:
    """The policy stands before everything that it rules, the page's scripts come last; addresses `site:` are completed."""
    found = _HEAD.search(text)
    assert found is not None
    meta = render("policy.html", policy=place.whole.policy, up=place.up, feed=feed.FILE)
    alone = place.path.startswith(embed.FOLDER)
    runs = "<run-snippet" in text
    tags = render("scripts.html", up=place.up, folder=FOLDER, alone=alone, runs=runs, **place.whole.script)
    text = text[: found.end()] + meta + text[found.end() :]
    return text.replace("</body>", f"{tags}</body>").replace('href="site:', f'href="{place.up}')


STEPS: tuple[Callable[[str, Place], str], ...] = (
    words_for_the_lost,
    mark,
    contents,
    plain_names,
    preview_tags,
    old_fragments,
    short_addresses,
    claim_addresses,
    reference,
    own_search,
    names_in_words,
    policy_and_scripts,
    without_repetition,
)


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


# Files.


def _path(page: Path, built: Path) -> str:
    return page.relative_to(built).as_posix().removesuffix("index.html")


def _read(page: Path) -> str:
    return theme_script.at_once(page.read_text(encoding="utf-8"))


def _write(site: Path, path: str, text: str) -> None:
    page = site / path if path.endswith(".html") else site / path / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")


def _copy_the_rest(built: Path, site: Path) -> None:
    """All that is no page."""
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(built, site, ignore=shutil.ignore_patterns("*.html"))
    shutil.rmtree(site / _SHELL, ignore_errors=True)


def _about(text: str) -> tuple[str, str]:
    title, words = _TITLE.search(text), _DESCRIPTION.search(text)
    name = unescape(title[1]).strip().removesuffix(f" - {data.NAME}") if title else data.NAME
    return name, unescape(words[1]) if words else ""


def _filled(shell: str, claim_id: str, page: claim_pages.Page) -> str:
    """The shell with a claim's words in the place of its own."""
    text = _ARTICLE.sub(lambda _: page.article, shell, count=1)
    if text == shell:
        raise BuildError("The builder's page of the shell has lost the place for a claim's article.")
    text = text.replace(claim_pages.TITLE, escape(page.title)).replace(
        claim_pages.DESCRIPTION, escape(page.description)
    )
    return text.replace(_SHELL, f"c/{claim_id}/")


def _copy_runner(site: Path, runner: Path) -> dict[str, str]:
    listing = runner / "runner.json"
    if not listing.is_file():
        raise BuildError(f"{listing.name} is missing in {runner.name}/: the runner is not built. Run: make")
    built = json.loads(listing.read_text(encoding="utf-8"))
    (site / FOLDER).mkdir(exist_ok=True)
    for name in built["files"]:
        shutil.copyfile(runner / name, site / FOLDER / name)
    return {"entry": built["entry"], "claims": built["claims"], "search": built["search"]}


def _copy_runtime(site: Path, runtime: Path) -> dict[str, str]:
    manifest = runtime / "manifest.json"
    if not manifest.is_file():
        raise BuildError(f"manifest.json is missing in {runtime.name}/: the runtime is not built. Run: make")
    content = manifest.read_bytes()
    listed = json.loads(content)
    (site / FOLDER).mkdir(exist_ok=True)
    for file in [*listed["files"].values(), *listed["archives"]]:
        for path in (file["path"], *([file["packed"]["path"]] if "packed" in file else [])):
            shutil.copyfile(runtime / path, site / FOLDER / path)
    name = f"manifest.{hashlib.sha256(content).hexdigest()[:10]}.json"
    (site / FOLDER / name).write_bytes(content)
    return {
        "manifest": name,
        "integrity": f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}",
    }


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _up(path: str, text: str) -> str:
    """How a page reaches the root. Builders link a 404 page absolutely, for it is shown anywhere; all others find it relatively."""
    return _root_of(text) if path == "404.html" else "../" * path.count("/")


def _root_of(text: str) -> str:
    """The absolute path of the site's root, as the builder wrote it into the 404 page."""
    found = re.search(r'"base":\s*"([^"]*)"', text)
    base = found[1] if found else "/"
    return base if base.endswith("/") else base + "/"
