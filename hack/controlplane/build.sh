#!/usr/bin/env bash
# Builds the control plane that `make run` and the tests use: etcd, kube-apiserver, kube-controller-manager, kubectl.
#
#   hack/controlplane/build.sh OUTPUT_DIR
#
# Sources come from the Go module proxy at the versions pinned in the two modules beside this file. A binary whose pins did not change since
# it was built is left alone; one is moved into place only when it is whole, so an interrupted build leaves nothing that looks finished.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${1:?output directory}"
out=$(cd "$1" && pwd)

exec 9>"$out/.lock"
flock -n 9 || { echo "another build of the control plane is under way; waiting for it" >&2; flock 9; }

# fingerprint MODULE: the inputs of a binary of that module.
fingerprint() { { cat "$here/$1/go.mod" "$here/$1/go.sum" "$here/build.sh"; go env GOVERSION GOOS GOARCH; } | sha256sum | cut -d' ' -f1; }

# progress NAME TOTAL: counts the packages that `go build -v` names on standard input; shows anything else it says.
progress() {
  local name=$1 total=$2 built=0 last=$SECONDS line
  while IFS= read -r line; do
    if [[ $line != *' '* && $line == */* || $line != *[[:space:]]* ]]; then built=$((built + 1)); else echo "$line" >&2; fi
    if [ -t 2 ]; then printf '\r  %s: %d packages compiled (of at most %d)' "$name" "$built" "$total" >&2
    elif ((SECONDS - last >= 15)); then last=$SECONDS; printf '  %s: %d packages compiled (of at most %d), %d s\n' "$name" "$built" "$total" "$SECONDS" >&2; fi
  done
  [ -t 2 ] && printf '\r\033[K' >&2
  return 0
}

# build MODULE PACKAGE NAME LDFLAGS [CHECK]: CHECK are the arguments with which it proves that it runs.
build() {
  local module=$1 package=$2 name=$3 ldflags=$4 check=${5:---version} want total started=$SECONDS
  want=$(fingerprint "$module")
  [ -x "$out/$name" ] && [ "$(cat "$out/.$name.from" 2>/dev/null)" = "$want" ] && return 0
  cd "$here/$module"
  echo "building $name (once; a few minutes on a cold machine)" >&2
  total=$(CGO_ENABLED=0 go list -deps "$package" | wc -l)
  rm -f "$out/.$name.from"
  CGO_ENABLED=0 go build -v -trimpath -ldflags "-s -w $ldflags" -o "$out/.$name.partial" "$package" 2>&1 | progress "$name" "$total"
  "$out/.$name.partial" $check >/dev/null || { echo "$name was built but does not run" >&2; exit 1; }
  mv "$out/.$name.partial" "$out/$name"
  echo "$want" >"$out/.$name.from"
  echo "built $name in $((SECONDS - started)) s" >&2
}

version=$(cd "$here/kubernetes" && go list -m -f '{{.Version}}' k8s.io/kubernetes)
[[ $version == v*.*.* ]] || { echo "no version of k8s.io/kubernetes in $here/kubernetes/go.mod" >&2; exit 1; }
v=k8s.io/component-base/version
kubernetes="-X $v.gitVersion=$version -X $v.gitMajor=1 -X $v.gitMinor=$(echo "$version" | cut -d. -f2) -X $v.gitTreeState=clean"
build etcd go.etcd.io/etcd/server/v3 etcd ""
build kubernetes k8s.io/kubernetes/cmd/kube-apiserver kube-apiserver "$kubernetes"
build kubernetes k8s.io/kubernetes/cmd/kube-controller-manager kube-controller-manager "$kubernetes"
build kubernetes k8s.io/kubernetes/cmd/kubectl kubectl "$kubernetes" "version --client"
