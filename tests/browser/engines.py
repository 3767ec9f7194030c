"""Safari's engine, Firefox and Chromium, as far as the tests need them: open a page, call a function in it, get what it gives.

WebKitGTK is driven by its own driver through Selenium, on a screen that nobody sees. Firefox speaks WebDriver BiDi
itself, so that no further driver has to be installed.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
import websocket
from playwright.sync_api import Browser, Page
from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

#: The most that one call may take, in seconds. Only a page that hangs takes so long.
PATIENCE = 300

#: Where Debian and its kin keep the browser that goes with the driver.
MINI_BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), reverse=True)

MISSING = """{what} was not found, and the page is tested in it. Install it (Debian: apt-get install {package}),
or run `make browser` as root, which does that."""

#: Firefox asks for nothing by itself, and starts with an empty page.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.blockedURIs.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "",
}


class Engine(Protocol):
    """An open browser with one page."""

    def open(self, address: str) -> None:
        """Go there, and wait until the page is loaded."""

    def call(self, function: str, *arguments: object) -> Any:
        """What an async JavaScript function gives for these arguments, in the page."""


def found(package: str, what: str, *names: str) -> str:
    """The path of a program; the test fails, with what to do, where there is none."""
    for name in names:
        if path := shutil.which(name):
            return path
    pytest.fail(MISSING.format(what=what, package=package), pytrace=False)


@contextmanager
def screen() -> Iterator[str]:
    """The name of a screen that nobody sees."""
    program = found("xvfb", "Xvfb", "Xvfb")
    command = [program, "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.kill()


class _WebKit:
    def __init__(self, driver: WebKitGTK) -> None:
        self._driver = driver

    def open(self, address: str) -> None:
        self._driver.get(address)

    def call(self, function: str, *arguments: object) -> Any:
        script = f"""const done = arguments[arguments.length - 1];
            ({function})(...[...arguments].slice(0, -1)).then((value) => done([value, ""]), (error) => done([null, String(error)]));"""
        value, error = self._driver.execute_async_script(script, *arguments)
        assert not error, error
        return value


@contextmanager
def webkit() -> Iterator[Engine]:
    """WebKitGTK, the nearest to Safari that runs here."""
    driver_path = found(
        "webkit2gtk-driver", "WebKit's driver", os.environ.get("WEBKIT_DRIVER", ""), "WebKitWebDriver"
    )
    options = Options()
    options.binary_location = found(
        "webkit2gtk-driver", "WebKit's MiniBrowser", "MiniBrowser", *map(str, MINI_BROWSERS)
    )
    options.add_argument("--automation")
    with ExitStack() as stack:
        display = stack.enter_context(screen())
        service = Service(driver_path, env={**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11"})
        driver = WebKitGTK(options=options, service=service)
        stack.callback(driver.quit)
        driver.set_script_timeout(PATIENCE)
        yield _WebKit(driver)


class _Firefox:
    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(
            f"{address}/session", timeout=PATIENCE, suppress_origin=True
        )
        self._number = 0
        self._ask("session.new", capabilities={})
        self._context = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def _ask(self, method: str, **parameters: object) -> Any:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv())).get("id") != self._number:
            pass  # an event
        assert answer["type"] == "success", answer
        return answer["result"]

    def open(self, address: str) -> None:
        self._ask("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def call(self, function: str, *arguments: object) -> Any:
        answer = self._ask(
            "script.evaluate",
            expression=f"({function})(...{json.dumps(arguments)}).then(JSON.stringify)",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])

    def close(self) -> None:
        self._socket.close()


@contextmanager
def firefox(profile: Path) -> Iterator[Engine]:
    """Firefox, with a profile in this empty folder."""
    program = found("firefox-esr", "Firefox", os.environ.get("FIREFOX", ""), "firefox-esr", "firefox")
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines))
    command = [
        program,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        "--remote-debugging-port",
        "0",
    ]
    environment = {**os.environ, "HOME": str(profile)}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if "BiDi listening on" in line:
                    break
            else:
                pytest.fail(f"Firefox did not start:\n{''.join(said)}", pytrace=False)
            page = _Firefox(line.rpartition(" ")[2].strip())
            yield page
            page.close()
        finally:
            process.kill()


class _Chromium:
    def __init__(self, page: Page) -> None:
        self._page = page

    def open(self, address: str) -> None:
        self._page.goto(address)

    def call(self, function: str, *arguments: object) -> Any:
        return self._page.evaluate(f"(all) => ({function})(...all)", list(arguments))


@contextmanager
def chromium(browser: Browser) -> Iterator[Engine]:
    """A page of the Chromium that the other tests use."""
    context = browser.new_context()
    yield _Chromium(context.new_page())
    context.close()


def opening(name: str, folder: Path, request: pytest.FixtureRequest) -> AbstractContextManager[Engine]:
    """The engine of this name; `folder` is an empty one, and `request` that of the test."""
    if name == "webkit":
        return webkit()
    return firefox(folder) if name == "firefox" else chromium(request.getfixturevalue("browser"))
