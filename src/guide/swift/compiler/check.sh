#!/bin/sh
# Compiles each Swift file of a folder down to SIL, where the check for data races runs, in language mode 6.
# usage: check.sh FOLDER-WITH-SWIFT-FILES [flags of swiftc]; a file needs what `with` names beside it.
# On Linux against stubs/: not judged there are availability (iOS versions mean nothing), @objc and optional requirements,
# initialisers that Objective-C inherits, and all that the stubs leave out. On a Mac with Xcode against the SDK.
set -u
here=$(cd "$(dirname "$0")" && pwd); files=$(cd "$1" && pwd); shift
out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
if [ "$(uname)" = Darwin ]; then
    compile() { xcrun --sdk iphoneos swiftc -target arm64-apple-ios16.0 "$@"; }
    foundation=""
else
    compile() { swiftc "$@"; }
    foundation="-Xfrontend -import-module -Xfrontend AppleFoundation"
    cd "$here/stubs"
    for m in AppleFoundation os CryptoKit UIKit ActivityKit BackgroundTasks SwiftUI WidgetKit UserNotifications CallKit PushKit \
             ExtensionFoundation Photos CoreLocation BackgroundAssets AppIntents AppIntentsSwiftUI; do
        swiftc -emit-module -swift-version 5 -parse-as-library -suppress-warnings -module-name $m -I "$out" \
            -o "$out/$m.swiftmodule" $m.swift || exit 2
    done
fi
with() {
    case $1 in
        story_upload_assertion.swift|intent_live_activity.swift) echo "$files/story_upload.swift" ;;
        server_push.swift) echo "$files/story_upload.swift" ;;
        sync_recipe.swift) echo "$files/sync_card.swift" ;;
        server_start.swift) echo "$files/story_upload.swift $files/server_push.swift" ;;
    esac
}
good=0; bad=0
for f in "$files"/*.swift; do
    name=$(basename "$f"); extra=""
    if [ -n "$foundation" ] && grep -q 'import AppIntents' "$f" && grep -q 'import SwiftUI' "$f"; then
        extra="-Xfrontend -import-module -Xfrontend AppIntentsSwiftUI"
    fi
    if text=$(compile -emit-sil -wmo -o "$out/sil" -swift-version 6 -parse-as-library -module-name Example -I "$out" \
        $foundation $extra "$@" "$f" $(with "$name") 2>&1); then
        good=$((good + 1)); mark=ok
    else bad=$((bad + 1)); mark=ERROR; fi
    echo "== $mark $name"
    [ -n "$text" ] && echo "$text" | grep -E 'error:|warning:' | sed "s#$files/##"
done
echo "$good of $((good + bad)) files pass"
[ $bad = 0 ]
