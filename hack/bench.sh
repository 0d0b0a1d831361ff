#!/usr/bin/env bash
# Measures the cost of Polyorg, and writes docs/benchmarks: results.json, results.svg, and the tables of its pages.
#
#   hack/bench.sh [quick | scale | access | storm | answers | review | expiry | mail | serving | profile]
#
# `quick` and `profile` only print their results.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dir=docs/benchmarks
results=$PWD/$dir/results.json

go build -o bin/bench ./test/bench
case ${1:-} in
  quick) exec bin/bench -quick ;;
  profile) exec bin/bench -profile ;;
  scale) bin/bench -scale -results "$results" ;;
  access) bin/bench -access -results "$results" ;;
  storm) bin/bench -storm -results "$results" ;;
  answers) bin/bench -answers -results "$results" ;;
  review) bin/bench -review -results "$results" ;;
  expiry) bin/bench -expiry -results "$results" ;;
  mail) bin/bench -mail -results "$results" ;;
  serving) bin/bench -serving -results "$results" ;;
  "") bin/bench -results "$results" ;;
  *) echo "hack/bench.sh [quick | scale | access | storm | answers | review | expiry | mail | serving | profile]" >&2 && exit 2 ;;
esac
(cd hack/bench && go run . "../../$dir")
echo "written: $dir"
