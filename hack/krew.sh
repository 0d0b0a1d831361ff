#!/usr/bin/env bash
# Builds kubectl's plug-in for every platform, and krew's manifest for a release: hack/krew.sh v0.1.0. PLATFORMS narrows it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=${1:?say which release: make krew VERSION=v0.1.0}
platforms=${PLATFORMS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64}
from=https://github.com/polyorg/polyorg/releases/download/$version
rm -rf dist
mkdir -p dist
sed "s/VERSION/$version/" config/krew/polyorg.yaml >dist/polyorg.yaml

for platform in $platforms; do
  os=${platform%/*} arch=${platform#*/} bin=kubectl-polyorg
  if [ "$os" = windows ]; then bin=$bin.exe; fi
  folder=$(mktemp -d)
  GOOS=$os GOARCH=$arch CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$folder/$bin" ./cmd/kubectl-polyorg
  cp LICENSE config/krew/kubectl_complete-polyorg "$folder"
  archive=kubectl-polyorg_${os}_$arch.tar.gz
  # The same files give the same archive.
  tar --sort=name --owner=0 --group=0 --mtime=@0 -C "$folder" -cf - . | gzip -n >"dist/$archive"
  rm -rf "$folder"
  cat >>dist/polyorg.yaml <<END
    - selector: { matchLabels: { os: $os, arch: $arch } }
      uri: $from/$archive
      sha256: $(sha256sum "dist/$archive" | cut -d' ' -f1)
      bin: $bin
END
done
echo "dist/polyorg.yaml is the manifest; attach the archives beside it to the release $version"
