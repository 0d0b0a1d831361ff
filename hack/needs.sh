#!/usr/bin/env bash
# Installs what the long tests of a package need besides Go: the Debian packages that its debian.txt names, and the npm packages
# that its package-lock.json pins. It does nothing where all is there, or where nothing is needed.
#
#   hack/needs.sh DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dir=${1:?a folder with tests}

# missing: the packages that are not installed.
missing() {
  if [ -e "$dir/debian.txt" ]; then
    xargs -rn 1 <"$dir/debian.txt" | while IFS= read -r package; do
      [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
  fi
  # npm may be there from elsewhere, and would not stand Debian's beside it.
  if [ -e "$dir/package-lock.json" ] && ! command -v npm >/dev/null; then echo npm; fi
}

mapfile -t packages < <(missing)
if ((${#packages[@]})); then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "The tests of $dir need: ${packages[*]}. Install them, or run this as root on Debian." >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  # Nothing is to start by itself: a mail server that a package brings would take port 25.
  RUNLEVEL=1 apt-get install -qy --no-install-recommends "${packages[@]}"
fi

# npm ci makes node_modules anew, so it runs only where that differs from the lock file.
if [ -e "$dir/package-lock.json" ]; then
  mark=$dir/node_modules/.from
  want=$(sha256sum "$dir/package-lock.json" | cut -d' ' -f1)
  if [ "$(cat "$mark" 2>/dev/null)" != "$want" ]; then
    npm ci --prefix "$dir" --ignore-scripts --no-audit --no-fund
    echo "$want" >"$mark"
  fi
fi
