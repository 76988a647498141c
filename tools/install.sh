#!/bin/sh
# Install a system package with whatever package manager is here; say clearly what to do where none is.
set -eu
package=$1
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo "$@"; else return 1; fi; }
if command -v apt-get >/dev/null 2>&1; then
    as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null && exit 0
elif command -v dnf >/dev/null 2>&1; then
    as_root dnf install -y -q "$package" && exit 0
elif command -v brew >/dev/null 2>&1; then
    brew install --quiet "$package" && exit 0
fi
echo "could not install $package: install it by hand (apt, dnf or brew install $package) and run make again" >&2
[ "$package" = graphviz ] && { echo "atlasmodel works without Graphviz, but draws no pictures" >&2; exit 0; }
exit 1
