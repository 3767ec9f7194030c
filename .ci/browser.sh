#!/bin/sh
# Makes sure that there are the browsers for the tests: a Chromium (one that is here, Debian's, or Playwright's own),
# WebKitGTK with its driver and a screen for it, and Firefox. What is missing is installed, or it is said what to do.

has_chromium() {
    for name in "$CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable; do
        [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && return 0
    done
    .venv/bin/python -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p: sys.exit(not pathlib.Path(p.chromium.executable_path).exists())' 2>/dev/null
}

has_webkit() {
    command -v "${WEBKIT_DRIVER:-WebKitWebDriver}" >/dev/null 2>&1
}

has_firefox() {
    for name in "$FIREFOX" firefox-esr firefox; do
        [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

# Whether there is a Chromium without windows that could be installed: the tests take less processor time with it.
lacks_windowless() {
    ! command -v chromium-headless-shell >/dev/null 2>&1 && apt-cache show chromium-headless-shell >/dev/null 2>&1
}

missing=
has_chromium || missing="$missing chromium"
has_webkit || missing="$missing webkit2gtk-driver"
has_firefox || missing="$missing firefox-esr"
command -v Xvfb >/dev/null 2>&1 || missing="$missing xvfb"
[ -z "$missing" ] && ! lacks_windowless && exit 0

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    lacks_windowless && missing="$missing chromium-headless-shell"
    echo "Installing from the system's packages:$missing"
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

if ! has_chromium; then
    echo "Installing Playwright's Chromium"
    .venv/bin/python -m playwright install chromium
fi

failed=
has_chromium || failed="$failed
  Chromium or Chrome, or name one: CHROMIUM=/path/to/chromium make test"
has_webkit || failed="$failed
  WebKitGTK's driver (Debian, Ubuntu: apt-get install webkit2gtk-driver), or name one: WEBKIT_DRIVER=/path/to/WebKitWebDriver"
has_firefox || failed="$failed
  Firefox ESR (Debian: apt-get install firefox-esr), or name one: FIREFOX=/path/to/firefox"
command -v Xvfb >/dev/null 2>&1 || failed="$failed
  Xvfb (Debian, Ubuntu: apt-get install xvfb)"
[ -z "$failed" ] && exit 0

echo "The page is tested in three engines, and these are missing. Install:$failed" >&2
exit 1
