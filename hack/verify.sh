#!/usr/bin/env bash
# Regenerates, tidies and formats everything in place; fails if that changed a file, or if one is not in git. Then lints.
#
# It compares with the work tree as it was before, so it works beside changes that you have not committed. In a fresh clone,
# as in CI, that is HEAD. A file that git does not know fails it: add it, or ignore it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
step() { printf '\n== %s\n' "$*"; }

# tree OPTION: the work tree as a git tree, taken through an index of its own so that yours stays as it is. With
# --update it has the files that git knows, with --all the others too.
tree() {
  local index
  index=$(mktemp)
  cp "$(git rev-parse --git-path index)" "$index"
  GIT_INDEX_FILE=$index git add "$1"
  GIT_INDEX_FILE=$index git write-tree
  rm "$index"
}

tidy() { git ls-files '*go.mod' | while IFS= read -r mod; do (cd "$(dirname "$mod")" && go mod tidy); done; }

# sound: files without a generator and a linter can at least be parsed.
sound() {
  git ls-files '*.sh' .ci/run | while IFS= read -r script; do bash -n "$script"; done
  git ls-files 'config/*kustomization.yaml' | while IFS= read -r base; do
    "$KUBECTL" kustomize "$(dirname "$base")" >/dev/null || { echo "$base does not build" >&2; return 1; }
  done
}

# apart: modules of their own, which `go test ./...` and the linter do not see, compile too. Those that only pin tools have no package.
apart() {
  git ls-files '*/go.mod' | while IFS= read -r mod; do
    # `|| exit`: a module of which the packages cannot even be listed is broken.
    (cd "$(dirname "$mod")" && if [ -n "$(git ls-files '*.go')" ]; then go vet -tags long ./...; fi) || exit
  done
}

before=$(tree --update)
for target in generate manifests docs fmt; do
  step "make $target"
  make "$target"
done
step "go mod tidy"
tidy
step "comparing"
after=$(tree --all)
if ! git --no-pager diff --stat --exit-code "$before" "$after"; then
  echo "These files are not as their sources make them, or are not in git." >&2
  exit 1
fi
step "scripts and kustomizations"
sound
step "modules of their own"
apart
step "make lint"
make lint
