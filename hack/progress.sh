#!/usr/bin/env bash
# Reads what `go build -v` says: counts the packages that it names, now and then saying how many, and shows all else.
set -euo pipefail
count=0
while IFS= read -r line; do
  case $line in
    *[[:space:]]*) echo "$line" ;; # a download or an error
    *) count=$((count + 1)); ((count % 100)) || echo "  $count packages compiled, $SECONDS s" ;;
  esac
done
