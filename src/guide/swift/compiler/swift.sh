#!/bin/sh
# make swift: compiles the Swift of the pages in both settings and writes src/guide/swift/checked.toml.
# Needs a swiftc of 6.2 or later; where there is none, says so and changes nothing.
set -u
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../../../.." && pwd); files="$root/snippets/swift"
against=stubs
if [ "$(uname)" = Darwin ] && xcrun --find swiftc >/dev/null 2>&1; then
    against="SDK of iOS $(xcrun --sdk iphoneos --show-sdk-version)"
    swiftc() { xcrun swiftc "$@"; }
elif ! command -v swiftc >/dev/null 2>&1; then
    echo "No swiftc here: nothing was compiled, and what the pages say stays as it is. Install Swift 6.2 or later, or use a Mac with Xcode 26." >&2
    exit 0
fi
version=$(swiftc --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -1)
[ -n "$version" ] || { echo "swiftc does not say its version. Nothing was compiled." >&2; exit 0; }
major=${version%%.*}; rest=${version#*.}; minor=${rest%%.*}
if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    echo "This swiftc is $version; 6.2 or later is needed (@concurrent, default isolation). Nothing was compiled." >&2
    exit 0
fi
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
"$here/check.sh" "$files" >"$work/a"; a=$?
"$here/check.sh" "$files" -default-isolation MainActor -enable-upcoming-feature NonisolatedNonsendingByDefault \
    -enable-upcoming-feature InferIsolatedConformances >"$work/b"; b=$?
{
    printf 'compiler = "Swift version %s"\nagainst = "%s"\ndate = %s\nsettings = ["language mode 6", "Xcode 26 defaults"]\n\n[files]\n' \
        "$version" "$against" "$(date -u +%F)"
    sed -n 's/^== ok //p' "$work/a" | while read -r f; do
        if grep -qx "== ok $f" "$work/b"; then
            printf '"%s" = "%s"\n' "$f" "$( (sha256sum "$files/$f" 2>/dev/null || shasum -a 256 "$files/$f") | cut -d' ' -f1)"
        fi
    done
} >"$root/src/guide/swift/checked.toml"
grep -v '^== ok' "$work/a" "$work/b" | sed "s#^$work/a:#language mode 6: #; s#^$work/b:#Xcode 26 defaults: #"
[ $a = 0 ] && [ $b = 0 ]
