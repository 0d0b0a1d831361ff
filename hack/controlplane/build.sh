#!/usr/bin/env bash
# Builds the control plane that `make run` and the tests use: etcd, kube-apiserver, kube-controller-manager, kubectl.
#
#   hack/controlplane/build.sh OUTPUT_DIR
#
# Sources come from the Go module proxy at the versions pinned in the two modules beside this file. Programs whose pins did not change
# since they were built are left alone. They are moved into place when all of their module are whole, so an interrupted build leaves
# nothing that looks finished.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${1:?output directory}"
out=$(cd "$1" && pwd)
export CGO_ENABLED=0

exec 9>"$out/.lock"
flock -n 9 || { echo "another build of the control plane is under way; waiting for it" >&2; flock 9; }

# fingerprint MODULE: the inputs of that module's programs.
fingerprint() { { cat "$here/$1/go.mod" "$here/$1/go.sum" "$here/build.sh"; go env GOVERSION GOOS GOARCH; } | sha256sum | cut -d' ' -f1; }

# finished MODULE PROGRAM...: each is there, and of these inputs.
finished() {
  local program
  [ "$(cat "$out/.$1.from" 2>/dev/null)" = "$(fingerprint "$1")" ] || return 1
  for program in "${@:2}"; do [ -x "$out/$program" ] || return 1; done
}

# runs PROGRAM: it starts here, and says its version.
runs() { "$1" --version >/dev/null 2>&1 || "$1" version --client >/dev/null 2>&1; }

# place MODULE: moves the programs of the module to where they are looked for.
place() {
  local partial=$out/.$1.partial program
  # Go names a program after its module, which is no name for people.
  [ ! -e "$partial/server" ] || mv "$partial/server" "$partial/etcd"
  for program in "$partial"/*; do
    runs "$program" || { echo "${program##*/} was built but does not run" >&2; return 1; }
  done
  mv "$partial"/* "$out/"
  rmdir "$partial"
  fingerprint "$1" >"$out/.$1.from"
}

# build MODULE LDFLAGS PACKAGE...
build() {
  rm -rf "$out/.$1.partial" "$out/.$1.from"
  mkdir "$out/.$1.partial"
  (cd "$here/$1" && "$here/../compile.sh" -trimpath -ldflags "-s -w $2" -o "$out/.$1.partial/" "${@:3}")
  place "$1"
}

etcd() {
  finished etcd etcd || build etcd "" go.etcd.io/etcd/server/v3
}

kubernetes() {
  local version v=k8s.io/component-base/version cmd=k8s.io/kubernetes/cmd
  finished kubernetes kube-apiserver kube-controller-manager kubectl && return
  version=$(cd "$here/kubernetes" && go list -m -f '{{.Version}}' k8s.io/kubernetes)
  [[ $version == v*.*.* ]] || { echo "no version of k8s.io/kubernetes in $here/kubernetes/go.mod" >&2; return 1; }
  build kubernetes "-X $v.gitVersion=$version -X $v.gitMajor=1 -X $v.gitMinor=$(echo "$version" | cut -d. -f2) -X $v.gitTreeState=clean" \
    "$cmd/kube-apiserver" "$cmd/kube-controller-manager" "$cmd/kubectl"
}

# Side by side: while one links, which takes one core, the other compiles. `set -e` holds only in processes of their own.
(etcd) &
(kubernetes) &
status=0
for job in $(jobs -p); do wait "$job" || status=$?; done
exit "$status"
