#!/usr/bin/env bash
# `go build`, with a bar that says how far it is (hack/progress.sh). It says nothing when nothing is left to compile.
#
#   hack/compile.sh GO_BUILD_ARGUMENT...
set -euo pipefail
hack=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${POLYORG_PROGRESS:-}" ] || exec "$hack/progress.sh" "$0" "$@"

# `go list` takes what `go build` takes, but for the output.
packages=()
for ((i = 1; i <= $#; i++)); do
  if [ "${!i}" = -o ]; then i=$((i + 1)); else packages+=("${!i}"); fi
done

{
  # A program is always stale, even if it only has to be linked.
  stale='{{if and .Stale (ne .StaleReason "not installed but available in build cache")}}{{.ImportPath}}{{end}}'
  echo "total $(go list -deps -f "$stale" "${packages[@]}" | wc -l)"
  go build -v "$@"
} >"$POLYORG_PROGRESS" 2>&1
