#!/usr/bin/env bash
# Runs every test of the main module with the race detector; arguments go to the go command (`-tags long`).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p coverage

echo "compiling with the race detector (some minutes on a cold machine)"
go build -race -v "$@" ./... 2>&1 | hack/progress.sh

# The operator that several packages try, built once.
go build -o bin/ ./cmd/manager
export POLYORG_MANAGER=$PWD/bin/manager

# Two packages at a time: many of them start a control plane of their own. Coverage is of all packages, because most of
# the controllers and of admission is tested by suites that stand elsewhere.
go test -race -p 2 -timeout 20m -coverpkg=./... -coverprofile=coverage/cover.out "$@" ./...
go tool cover -func=coverage/cover.out | tail -n 1
