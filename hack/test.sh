#!/usr/bin/env bash
# Runs every test of the main module; arguments go to the go command (`-run X`).
#
#   hack/test.sh          what `make test` runs
#   hack/test.sh --race   what that runs without the race detector, with it: one of the long tests
#
# The race detector watches the operator's own code: the packages' own tests, and the suites below, whose replicas run in the
# test's process. The other suites start the operator as a program, in which it would see nothing. With --race that program
# is built with the detector too. The simulation of the journal runs both ways: most of its seeds without the detector.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Whatever takes longest is first, so that nothing long is left for the end.
watched=(./test/faults ./controllers/suite ./test/history ./test/integration ./internal/journal
  ./api/... ./cmd/... ./controllers/... ./hack/... ./internal/...)
others=(./test/gitops ./test/people ./test/access ./test/endoflife ./test/pages ./test/...)

# listed PATTERN...: the packages, each once and in that order, but for those that $except names.
listed() {
  go list "$@" | awk -v except="${except:-}" '
    BEGIN { split(except, names, " "); for (i in names) seen[names[i]] = 1 }
    !seen[$0]++'
}

mkdir -p bin
# Control planes for the suites, which take them one after another. They end with this.
if [ -z "${POLYORG_PLANES:-}" ]; then
  go build -o bin/ ./hack/planes
  exec bin/planes hack/test.sh "$@"
fi
if [ "${1:-}" = --race ]; then
  shift
  go build -race -o bin/race/ ./cmd/manager
  export POLYORG_MANAGER=$PWD/bin/race/manager
  # Nobody looks at how the operator's processes end, so their reports go to files.
  rm -f bin/race/report.*
  export GORACE=log_path=$PWD/bin/race/report
  status=0
  except=$(go list "${watched[@]}" | xargs) listed "${others[@]}" |
    xargs go test -race -count=1 -p 2 -timeout 30m -vet=off -ldflags=-w "$@" || status=$?
  if compgen -G 'bin/race/report.*'; then cat bin/race/report.*; status=1; fi
  exit "$status"
fi

# What others wrote is compiled first: on a cold machine it takes minutes, in which no test should wait for its turn.
go list -race -deps -test -f '{{with .Module}}{{if not .Main}}{{$.ImportPath}}{{end}}{{end}}' ./... | sort -u |
  xargs hack/compile.sh -race

# The programs that several packages try, built once.
go build -o bin/ ./cmd/manager ./cmd/kubectl-polyorg
export POLYORG_MANAGER=$PWD/bin/manager POLYORG_PLUGIN=$PWD/bin/kubectl-polyorg

# Two lots at a time, of two packages each: many of them wait more than they work. Vet would look at every dependency, and make
# lint runs all of its checks; what only a debugger reads (-w) is a third of the linker's work.
# Go does not know which files kubectl and scripts read, so no result is taken from its cache.
log=$(mktemp)
{ echo ./internal/journal; except=$(go list "${watched[@]}" | xargs) listed "${others[@]}"; } |
  xargs go test -count=1 -p 2 -timeout 20m -vet=off -ldflags=-w "$@" >"$log" 2>&1 &
rest=$!
trap 'kill "$rest" 2>/dev/null || true; cat "$log"; rm -f "$log"' EXIT
status=0
listed "${watched[@]}" | xargs go test -race -count=1 -p 2 -timeout 20m -vet=off -ldflags=-w "$@" || status=$?
wait "$rest" || status=$?
exit "$status"
