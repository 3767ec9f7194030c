#!/bin/sh
# Makes sure that there is a Chromium for the tests: one that is here, Debian's, or Playwright's own.

for name in "$CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

if .venv/bin/python -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p: sys.exit(not pathlib.Path(p.chromium.executable_path).exists())' 2>/dev/null; then
    exit 0
fi

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium from the system's packages"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi

echo "Installing Playwright's Chromium"
.venv/bin/python -m playwright install chromium && exit 0

echo "No Chromium could be found or installed. Install Chromium or Chrome, or name one: CHROMIUM=/path/to/chromium make test" >&2
exit 1
