"""The theme's own script, with the few things in it that are otherwise here. It is one file, and short names in it change with each release."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from guide.errors import BuildError

_SAME_HOST = re.compile(r"\b(\w+)\.hostname=(\w+)\.hostname,(?:\2\.port&&\(\1\.port=\2\.port\),)?\1\}")
_REQUEST = re.compile(r'\b(\w+)(\.open\("GET",`\$\{(\w+)\}`\)(?:(?!\.open\().)*?,)\1\.send\(\),', re.DOTALL)
_DIAGRAMS = re.compile(r'"\.node circle[^"]*"')
_RESOLVED = re.compile(r"[\w$]+\(document\)\.subscribe\((\w+)\)")
_SCHEME = re.compile(r"\w+\.content=\w+\.colorScheme")
_SCHEME_ELEMENT = re.compile(
    r'let (\w+)=\w+\("meta",\{name:"color-scheme"\}\);document\.head\.appendChild\(\1\);'
)
_PREVIEWED = re.compile(r'\("a",(\w+)\)\.map')
_CODE = '"pre:not(.mermaid) > code"'
_STORED = 'var palette=__md_get("__palette");'
_COLOURED = 'document.body.setAttribute("data-md-color-"+key,value)}'
_ROOT_TOO = "document.documentElement.dataset.colors=document.body.dataset.mdColorScheme"
_COPYING = re.compile(r"\((\w+),(\w+)\)=>\{/\*!\s*\* clipboard\.js.*?\(\)\.default\}\)\}\);", re.DOTALL)

_AT_A_LINK = (
    '(f=>{let n=["pointerover","focusin","pointerdown","keydown","popstate"],g=e=>{if(n.indexOf(e.type)>1||e.target.closest?.("a[href]"))'
    "{for(let t of n)removeEventListener(t,g,true);f()}};for(let t of n)addEventListener(t,g,true)})"
)
"""Calls a function when somebody comes near a link, touches the page, presses a key, or moves in the history: before any exchange of pages."""


_WITHOUT_STORAGE = (
    'for(let n of["localStorage","sessionStorage"])try{window[n].length}catch{let m=new Map;Object.defineProperty(window,n,{value:'
    "{getItem:k=>m.get(k)??null,setItem(k,v){m.set(k,`${v}`)},removeItem(k){m.delete(k)}}})}"
)
"""In a browser that lets no site keep anything, the theme's script would end where it looks for what it has kept, and with it the search."""


def at_once(page: str) -> str:
    """The page with its classes and colours right before its content is read.

    The theme's script sets them when all is there, so that every element is styled again for each, and a first visit by night begins by day.
    """
    page = page.replace(
        "<script>__md_scope=",
        f'<script>{_WITHOUT_STORAGE}document.documentElement.className="js js-focus-visible";__md_scope=',
    )
    page = page.replace(_STORED, f'{_STORED[:-1]}||{{color:{{media:"(prefers-color-scheme)"}}}};')
    return page.replace(_COLOURED, _COLOURED + _ROOT_TOO)


def mend(site: Path, site_url: str, pages: Iterable[str]) -> None:
    """Change the theme's script in the site. What none of the pages uses, diagrams and the theme's copy buttons, goes.

    Raises BuildError where a line is not found that has to be changed.
    """
    used = {
        word
        for text in pages
        for word in ('class="mermaid', '"content.code.copy"', "data-clipboard")
        if word in text
    }
    for bundle in (site / "assets" / "javascripts").glob("bundle.*.js"):
        text = bundle.read_text(encoding="utf-8")
        if "sitemap.xml" not in text:
            continue
        text = _list_on_use(_of_any_host(text, site_url, bundle.name), bundle.name)
        text = _styled_once(text, bundle.name)
        if 'class="mermaid' not in used:
            text = _DIAGRAMS.sub('""', text)
        if used <= {'class="mermaid'}:
            text = _COPYING.sub(r"(\1,\2)=>{\2.exports={isSupported:()=>false}});", text)
        bundle.write_text(text, encoding="utf-8")


def _of_any_host(text: str, site_url: str, name: str) -> str:
    """Pages are exchanged wherever the site stands.

    The theme takes a listed address for one of the host that the reader is on, but not for one of another port or folder than the site
    was built for.
    """
    below = len(urlsplit(site_url).path)
    text, found = _SAME_HOST.subn(
        rf"\g<1>.host=\g<2>.host,\g<1>.pathname=\g<2>.pathname+\g<1>.pathname.slice({below}),\g<1>}}",
        text,
    )
    return _once(text, found, name, "to compare addresses with the sitemap", "hostname")


def _list_on_use(text: str, name: str) -> str:
    """The list of all pages, by which the theme knows which links it can follow by an exchange, is fetched when somebody comes near one."""
    text, found = _REQUEST.subn(rf"\1\2/sitemap\.xml$/.test(\3)?{_AT_A_LINK}(()=>\1.send()):\1.send(),", text)
    return _once(text, found, name, "to fetch a file", "XMLHttpRequest")


def _styled_once(text: str, name: str) -> str:
    """What makes the browser style a whole page again at its start is put off, or left out.

    Links get whole addresses when somebody comes near one, for only an exchange of pages needs them: it keeps what both heads say in the
    same words, so a style sheet with an address of its own would go and come again, with an unstyled page between. The colours of the browser's own parts
    hang on an attribute of the root, which `at_once` has set, and not on a new element: that one, even empty, has every element styled anew.
    Signatures are no listings that scroll. Of a thousand links none has a preview of the theme's.
    """
    text, found = _RESOLVED.subn(rf"{_AT_A_LINK}(()=>\1(document))", text)
    text = _once(text, found, name, "to complete addresses", "subscribe")
    text, found = _SCHEME.subn(_ROOT_TOO, text)
    text = _once(text, found, name, "to colour the browser's own parts", "colorScheme")
    text, found = _SCHEME_ELEMENT.subn("", text)
    text = _once(text, found, name, "to make an element for the browser's own parts", "color-scheme")
    text, found = _PREVIEWED.subn(r'("a[data-preview]",\1).map', text)
    text = _once(text, found, name, "to find links with a preview", "data-preview")
    found = text.count(_CODE)
    text = text.replace(_CODE, '"pre:not(.mermaid, .doc-signature *) > code"')
    return _once(text, found, name, "to find listings", "pre:not")


def _once(text: str, found: int, name: str, what: str, word: str) -> str:
    if found != 1:
        raise BuildError(f"{name} has another way now {what}: look for `{word}` in it, and mend {__name__}.")
    return text
