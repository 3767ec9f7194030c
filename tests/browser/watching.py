"""Pages that are watched: no request may leave the origin, and no error may go unseen."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from .serving import StaticServer
from .snippet_page import Snippet, Source, render


def in_workers(code: str) -> str:
    """A script for a page: its workers run this code before their own."""
    return f"""globalThis.Worker = class extends Worker {{
        constructor(url, options) {{
            const request = new XMLHttpRequest();
            request.open("GET", url, false);
            request.send();
            const code = {json.dumps(code)} + ";" + request.responseText;
            super(URL.createObjectURL(new Blob([code], {{ type: "text/javascript" }})), options);
        }}
    }};"""


def own_clock(page: Page) -> None:
    """Give a page that is not open yet a clock that can be held, where timers of before would run beside it. It goes on by itself until then."""
    page.clock.install(time=0)


def hold_the_clock(page: Page) -> None:
    """Stop the clock of an open page: it goes on by `page.clock.run_for` alone, however busy the machine is.

    What Playwright installs goes on by itself until it is paused. Frames stand still with it.
    """
    page.clock.install(time=0)
    page.clock.pause_at(3_600)


@dataclass
class Watch:
    """What a page did: its requests, and the errors that nobody expected."""

    origin: str
    requests: list[str] = field(default_factory=list)
    #: What the page's policy refused: asked for, and never sent.
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """From now on, and for what was before, an error that matches this is part of the test."""
        self.allowed.append(pattern)

    def follow(self, context: BrowserContext) -> None:
        """Listen to all pages of a context, and to their workers."""
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("requestfailed", self._failed)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _failed(self, request: Request) -> None:
        if request.failure == "csp":
            self.refused.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.type}: {message.text}")

    def check(self) -> None:
        """Fail when a request left the origin or an error was not expected."""
        local = (self.origin + "/", f"blob:{self.origin}/", "data:", "about:")
        gone = [url for url in self.requests if not url.startswith(local) and url not in self.refused]
        assert not gone, f"requests left {self.origin}: {gone}"
        wrong = [error for error in self.errors if not any(re.search(known, error) for known in self.allowed)]
        assert not wrong, f"errors in the page: {wrong}"


class Opener:
    """Opens pages with the snippets that a test wants."""

    def __init__(self, context: BrowserContext, server: StaticServer) -> None:
        self._context = context
        self.server = server
        self._pages = 0

    def page(
        self, sources: Mapping[str, Source], scheme: str = "default", manifest: str = "", script: str = ""
    ) -> Page:
        """A page with these snippets. `script` runs in it before anything of its own."""
        self._pages += 1
        path = f"/page{self._pages}.html"
        self.server.pages[path] = render(sources, self.server.root / "_run", scheme, manifest)
        page = self._context.new_page()
        if script:
            page.add_init_script(script)
        page.goto(self.server.origin + path)
        return page

    def snippet(self, code: str, file: str = "example.py", tested: str = "tested\n") -> Snippet:
        """A page with one snippet."""
        return Snippet(self.page({file: Source(code, tested)}), file)


class Tab(Opener):
    """One tab for many tests: pages are exchanged in it as under instant navigation, and Python stays warm.

    For tests of what a program does, which need no fresh profile; what it has loaded is not asked for again.
    """

    def __init__(self, context: BrowserContext, server: StaticServer) -> None:
        super().__init__(context, server)
        self._tab = super().page({})

    def page(
        self, sources: Mapping[str, Source], scheme: str = "default", manifest: str = "", script: str = ""
    ) -> Page:
        assert not manifest
        assert not script
        html = render(sources, self.server.root / "_run", scheme)
        self._tab.evaluate(
            """(html) => {
                const next = new DOMParser().parseFromString(html, "text/html");
                document.body.replaceWith(document.adoptNode(next.body));
            }""",
            html,
        )
        return self._tab
