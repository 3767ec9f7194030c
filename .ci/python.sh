#!/bin/sh
# Prints the path of a Python 3.12 or later that can make a virtual environment, or says what to install.
# $PYTHON wins; then the usual names, pyenv's versions, and uv.

fits() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

for candidate in "$PYTHON" python3.13 python3.14 python3.12 python3 python \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.14*/bin/python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python3; do
    if [ -n "$candidate" ] && fits "$candidate"; then
        command -v "$candidate"
        exit 0
    fi
done

if command -v uv >/dev/null 2>&1; then
    uv python find --quiet '>=3.12,<3.15' 2>/dev/null && exit 0
    uv python install --quiet 3.13 >&2 && uv python find --quiet 3.13 && exit 0
fi

echo "No Python 3.12 or later was found (with venv and ensurepip)." >&2
echo "Install one, or uv, and run make again; or name one: make PYTHON=/path/to/python3.13" >&2
exit 1
