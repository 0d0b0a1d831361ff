#!/usr/bin/env bash
# Runs every test of the main module with the race detector; arguments go to the go command (`-run X`).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p coverage

# What others wrote is compiled first: on a cold machine it takes minutes, in which no test should wait for its turn. Our own
# packages are compiled once, by go test, with counters for coverage.
echo "compiling with the race detector (some minutes on a cold machine)"
go list -race -deps -test -f '{{with .Module}}{{if not .Main}}{{$.ImportPath}}{{end}}{{end}}' ./... | sort -u |
  xargs go build -race -v 2>&1 | hack/progress.sh

# The operator that several packages try, built once.
go build -o bin/ ./cmd/manager
export POLYORG_MANAGER=$PWD/bin/manager

# Two packages at a time: many of them start a control plane of their own. Coverage is of all packages, because most of
# the controllers and of admission is tested by suites that stand elsewhere. Vet would look at every dependency, and make lint
# runs all of its checks; what only a debugger reads (-w) is a third of the linker's work.
go test -race -p 2 -timeout 20m -vet=off -ldflags=-w -coverpkg=./... -coverprofile=coverage/cover.out "$@" ./...
go tool cover -func=coverage/cover.out | tail -n 1
