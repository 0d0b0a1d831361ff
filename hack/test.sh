#!/usr/bin/env bash
# Runs every test of the main module; arguments go to the go command (`-run X`).
#
#   hack/test.sh          what `make test` runs
#   hack/test.sh --race   the suites, with the race detector: one of the long tests
#
# `make test` has the race detector in each package's own tests. The suites, which start an API server, run without it there: it takes
# them twice the CPU time. With --race it watches them, and the program of the operator that many of them start. Suites that are long
# tests themselves, and start no such program, have the detector there. The simulation of the journal runs both ways: most of its
# seeds without the detector.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Whatever takes longest is first, so that nothing long is left for the end.
suites=(./test/faults ./controllers/suite ./test/serving ./test/access ./test/endoflife ./test/samples ./test/gitops ./test/history ./test/pages
  ./test/integration ./test/people ./test/...)
packages=(./internal/journal ./internal/... ./controllers/... ./api/... ./cmd/... ./hack/...)

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
  except=$(go list ./test/faults ./test/history ./test/integration | xargs) listed "${suites[@]}" |
    xargs go test -race -count=1 -p 2 -timeout 30m -vet=off -ldflags='-s -w' "$@" || status=$?
  if compgen -G 'bin/race/report.*'; then cat bin/race/report.*; status=1; fi
  exit "$status"
fi

# What others wrote is compiled first: on a cold machine it takes minutes, in which no test should wait for its turn.
go list -race -deps -test -f '{{with .Module}}{{if not .Main}}{{$.ImportPath}}{{end}}{{end}}' ./... | sort -u |
  xargs hack/compile.sh -race

# The programs that several packages try, built once.
go build -o bin/ ./cmd/manager ./cmd/kubectl-polyorg
export POLYORG_MANAGER=$PWD/bin/manager POLYORG_PLUGIN=$PWD/bin/kubectl-polyorg

# Two lots at a time. The suites wait more than they work, so there are four of them. Vet would look at every dependency, and make
# lint runs all of its checks; what only a debugger reads (-s, -w) is nearly half of the linker's work.
# Go does not know which files kubectl and scripts read, so no result is taken from its cache.
log=$(mktemp)
set -m # so that the job is a process group, which can be ended as a whole
({ listed "${suites[@]}"; go list ./internal/journal; } |
  xargs go test -count=1 -p 4 -timeout 20m -vet=off -ldflags='-s -w' "$@") >"$log" 2>&1 &
rest=$!
set +m
trap '[ -z "$rest" ] || kill -- "-$rest" 2>/dev/null || true; cat "$log"; rm -f "$log"' EXIT
status=0
except=$(go list "${suites[@]}" | xargs) listed "${packages[@]}" |
  xargs go test -race -count=1 -p 1 -timeout 20m -vet=off -ldflags='-s -w' "$@" || status=$?
wait "$rest" || status=$?
rest=
exit "$status"
