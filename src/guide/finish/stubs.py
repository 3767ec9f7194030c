"""Questions, promises and ways have addresses of their own, so that a preview shows the question: a small page that leads to its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from guide.templating import render

PAGES = ("questions/", "what-we-can-promise/", "ways/")
"""The pages whose headings of the third level have an address each."""

_ANSWERED_BY_A_LIST = "ways/"
"""Here the answers are a list below what the heading's first paragraph asks."""

_LONGEST = 200
"""Characters of the answer on a preview."""

_HEADING = re.compile(r'<h3 id="([\w-]+)">(.*?)</h3>\s*(?:<p>(.*?)</p>)?(?:\s*<ul>(.*?)</ul>)?', re.DOTALL)
_NOT_PROSE = re.compile(r'<a\b[^>]*\bclass="(?:claim|headerlink)\b[^>]*>.*?</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


@dataclass(frozen=True)
class Stub:
    """A heading with the beginning of what stands below it."""

    title: str
    words: str
    link: str


def found(texts: Mapping[str, str]) -> dict[str, Stub]:
    """The stubs by their addresses, such as `questions/q01/`; `texts` are the built pages."""
    return {
        f"{page}{name}/": Stub(
            _prose(title),
            _beginning(_prose(answers if page == _ANSWERED_BY_A_LIST and answers else answer)),
            f"{page}#{name}",
        )
        for page in PAGES
        for name, title, answer, answers in _HEADING.findall(texts.get(page, ""))
    }


def pages(stubs: Mapping[str, Stub], site_url: str) -> dict[str, str]:
    """The pages of the stubs, by address."""
    return {
        path: render(
            "stub.html",
            title=stub.title,
            words=stub.words,
            link="../" * path.count("/") + stub.link,
            canonical=f"{site_url.rstrip('/')}/{stub.link}",
        )
        for path, stub in stubs.items()
    }


def told(text: str, path: str) -> str:
    """A page whose headings say at which address they can be sent (claims/sentences.ts)."""
    return re.sub(r'<h3 id="([\w-]+)">', r'<h3 id="\1" data-address="\1/">', text) if path in PAGES else text


def _prose(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", _NOT_PROSE.sub("", html))).split())


def _beginning(text: str) -> str:
    """As many whole sentences as a preview shows, at least one."""
    sentences = _SENTENCE_END.split(text)
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + len(sentence) >= _LONGEST:
            break
        kept += f" {sentence}"
    return kept
