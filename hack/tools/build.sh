#!/usr/bin/env bash
# Builds the tools that a module pins by its `tool` directives.
#
#   hack/tools/build.sh MODULE_DIR OUTPUT_DIR
#
# Nothing is built when the pins, the Go version and the tools are as they were. The mark that says so is written last,
# so an interrupted build leaves nothing that looks finished.
set -euo pipefail
hack=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
module=$(cd "${1:?module directory}" && pwd)
mkdir -p "${2:?output directory}"
out=$(cd "$2" && pwd)
cd "$module"

mapfile -t names < <(go list -f '{{.ImportPath}}' tool | xargs -n 1 basename)
mark=$out/.$(basename "$module").from
want=$({ cat go.mod go.sum; go env GOVERSION GOOS GOARCH; } | sha256sum | cut -d' ' -f1)

whole() { for name in "${names[@]}"; do [ -x "$out/$name" ] || return 1; done; }
if whole && [ "$(cat "$mark" 2>/dev/null)" = "$want" ]; then exit 0; fi

rm -f "$mark"
"$hack/compile.sh" -o "$out/" tool
echo "$want" >"$mark"
