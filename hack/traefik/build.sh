#!/usr/bin/env bash
# Builds the ingress controller Traefik, for `make run INGRESS=traefik` and for the tests and benchmarks of access URLs. The definitions
# of its kinds, and those of the Gateway API, come beside it.
#
#   hack/traefik/build.sh OUTPUT_DIR
#
# Sources come from the Go module proxy at the versions that go.mod.in pins. Three things that Traefik imports cannot be had there or are
# very many: the SDKs of all DNS vendors, a newer copy of its library for passwords, and an empty extension point. No test reaches them, so
# `patches` has something small in their place. The file is no go.mod, because `go mod tidy` would need the patched copies.
#
# Nothing is built when nothing of this changed. Everything is moved into place when it is whole, and the mark that says so comes last.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "${1:?output directory}"
out=$(cd "$1" && pwd)
work=$out/.build
lego=github.com/go-acme/lego/v5 auth=github.com/abbot/go-http-auth traefik=github.com/traefik/traefik/v3 gateway=sigs.k8s.io/gateway-api

exec 9>"$out/.lock"
flock -n 9 || { echo "another build of Traefik is under way; waiting for it" >&2; flock 9; }

want=$({ cat "$here"/*.in "$here"/patches/*.in "$here/build.sh"; grep " *$gateway " "$root/go.mod"; go env GOVERSION GOOS GOARCH; } | sha256sum | cut -d' ' -f1)
if [ -x "$out/traefik" ] && [ -d "$out/crds" ] && [ "$(cat "$out/.from" 2>/dev/null)" = "$want" ]; then exit 0; fi
rm -rf "$out/.from" "$work"
mkdir -p "$work/crds"
cd "$work"
# A module of its own from the start, so that no download touches the project's.
printf 'module build\n' >go.mod

# sources MODULE@VERSION: the folder with a module's sources.
sources() {
  local dir
  dir=$(GOFLAGS=-mod=mod go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
  [ -d "$dir" ] || { echo "$1 cannot be had" >&2; return 1; }
  echo "$dir"
}

# copy MODULE@VERSION FOLDER: a copy that may be changed.
copy() {
  local dir
  dir=$(sources "$1")
  cp -r --no-preserve=mode "$dir" "$2"
}

# pinned MODULE: its version in go.mod.in.
pinned() { sed -n "s|^\t$1 \(v[^ ]*\).*|\1|p" "$here/go.mod.in"; }

copy "$lego@$(pinned "$lego")" lego
rm -rf lego/providers/dns/* lego/go.sum
sed -i -n '/^module\|^go /p' lego/go.mod
cp "$here/patches/dns.go.in" lego/providers/dns/dns.go

copy "$auth@v0.4.0" goauth
[ -e goauth/go.mod ] || printf 'module %s\n\ngo 1.21\n' "$auth" >goauth/go.mod
cp "$here/patches/auth.go.in" goauth/polyorg.go

mkdir ext
printf 'module github.com/traefik/traefik/dynamic/ext\n\ngo 1.25\n' >ext/go.mod
cp "$here/patches/ext.go.in" ext/ext.go

cp "$here/go.mod.in" go.mod
cp "$here/go.sum.in" go.sum
printf '//go:build tools\n\npackage tools\n\nimport _ "%s/cmd/traefik"\n' "$traefik" >tools.go
version=$(go list -m -f '{{.Version}}' "$traefik")
export CGO_ENABLED=0 GOFLAGS=-mod=mod
"$root/hack/compile.sh" -trimpath -ldflags "-s -w -X $traefik/pkg/version.Version=$version" -o traefik "$traefik/cmd/traefik"
./traefik version >/dev/null || { echo "traefik was built but does not run" >&2; exit 1; }

cp "$(go list -m -f '{{.Dir}}' "$traefik")/docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml" crds/traefik.yaml
# The definitions of the Gateway API are of the version with which the operator is compiled.
(cd "$root" && GOFLAGS='' go mod download "$gateway")
cp "$(cd "$root" && GOFLAGS='' go list -m -f '{{.Dir}}' "$gateway")"/config/crd/standard/*.yaml crds/
rm crds/*_vap_*.yaml # a policy that guards upgrades
chmod -R u+w crds

rm -rf "$out/traefik" "$out/crds"
mv traefik crds "$out/"
cd "$out"
rm -rf "$work"
echo "$want" >"$out/.from"
