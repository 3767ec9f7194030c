#!/bin/sh
# One part of the tests, in a temporary folder of its own: parts that run at once must not tidy up after each other.
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
.venv/bin/python -m pytest -p no:cacheprovider --basetemp="$tmp/tests" "$@"
