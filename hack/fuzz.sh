#!/usr/bin/env bash
# Fuzzes every fuzz test, each for the given time.
#
#   hack/fuzz.sh TIME
set -euo pipefail
time=${1:?time for each, such as 30s}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

git ls-files --cached --others --exclude-standard '*_test.go' |
  xargs -r grep -Ho '^func Fuzz[A-Za-z0-9_]*' |
  while IFS=: read -r file func; do
    go test -run '^$' -fuzz "^${func#func }\$" -fuzztime "$time" "./$(dirname "$file")" </dev/null
  done
