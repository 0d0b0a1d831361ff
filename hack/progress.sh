#!/usr/bin/env bash
# Runs a command, and shows one bar for everything that hack/compile.sh compiles meanwhile, in however many processes.
#
#   hack/progress.sh COMMAND [ARGUMENT...]
#
# The command finds the name of a FIFO in POLYORG_PROGRESS. A line `total N` there says how many packages there are more to
# compile. A line without a space is a package that is compiled. `go: downloading` is counted, and any other line is shown.
set -euo pipefail
[ -z "${POLYORG_PROGRESS:-}" ] || exec "$@"

total=0 compiled=0 modules=0 watcher=
[ -t 2 ] && terminal=yes || terminal=

# left: about how long the rest takes, if enough is done to say so.
left() {
  ((compiled < total)) || { printf ', linking'; return; }
  ((compiled * 20 >= total && SECONDS >= 10)) || return 0
  local rest=$((SECONDS * (total - compiled) / compiled))
  ((rest >= 90)) && printf ', about %d min left' $(((rest + 30) / 60)) || printf ', about %d s left' "$rest"
}

# bar: how far it is, in one line.
bar() {
  if ((total == 0)); then printf 'downloaded %d modules, %d s' "$modules" "$SECONDS"; return; fi
  local width=30 done=0
  done=$((compiled * width / total))
  printf '[%s%s] compiled %d of %d packages, %d s%s' "$(printf '%*s' "$done" '' | tr ' ' '#')" \
    "$(printf '%*s' $((width - done)) '' | tr ' ' .)" "$compiled" "$total" "$SECONDS" "$(left)"
}

clear_line() { [ -z "$terminal" ] || printf '\r\033[K' >&2; }

# draw: on a terminal the bar moves; elsewhere a line says it every 15 s.
draw() {
  ((total + modules > 0)) || return 0
  if [ "$terminal" ]; then printf '\r%s\033[K' "$(bar)" >&2
  elif ((SECONDS - drawn >= 15)); then drawn=$SECONDS; printf '  %s\n' "$(bar)" >&2; fi
}

watch() {
  local line got drawn=$SECONDS
  while true; do
    # A link takes long and says nothing, so the time is drawn anyway.
    IFS= read -r -t 1 line && got=0 || got=$?
    if ((got > 128)); then draw; continue; fi
    ((got == 0)) || break # every writer is gone
    case $line in
      'total '*) total=$((total + ${line#total })) ;;
      'go: downloading '*) modules=$((modules + 1)) ;;
      *[[:space:]]*) clear_line; echo "$line" >&2 ;;
      ?*) compiled=$((compiled + 1)) ;;
    esac
    draw
  done
  clear_line
  ((compiled == 0)) || printf 'compiled %d packages in %d s\n' "$compiled" "$SECONDS" >&2
}

dir=$(mktemp -d)
trap 'kill "$watcher" 2>/dev/null || true; rm -rf "$dir"' EXIT
mkfifo "$dir/progress"
exec 3<>"$dir/progress" # to open either end alone waits for the other
watch <"$dir/progress" 3>&- &
watcher=$!
# This end stays open between two writers. Only the watcher reads: if it dies, writers fail, and wait for nobody.
exec 4>"$dir/progress" 3>&-
POLYORG_PROGRESS=$dir/progress "$@" 4>&- && status=0 || status=$?
exec 4>&-
wait "$watcher"
exit "$status"
