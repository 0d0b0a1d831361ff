#!/usr/bin/env bash
# Removes Polyorg from a cluster.
#
#   hack/uninstall.sh KUBECONFIG [KUBECTL]
#
# KUBECTL is kubectl's path. By default it is the one in PATH, or else the one that `make controlplane` built. Nothing is built here.
#
# It refuses while there are organizations: with the kinds, all of their objects would go, and no operator would end them in order. Delete
# the organizations first; the operator ends everything in them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export KUBECONFIG=${1:-}
[ -n "$KUBECONFIG" ] || { echo "say which cluster: make uninstall KUBECONFIG=…" >&2; exit 2; }
[ -r "$KUBECONFIG" ] || { echo "cannot read $KUBECONFIG" >&2; exit 2; }
kubectl=${2:-$(command -v kubectl || command -v "${KUBEBUILDER_ASSETS:-bin/controlplane}/kubectl")} || {
  echo "there is no kubectl in PATH; install it, or say where it is: make uninstall KUBECONFIG=… KUBECTL=…" >&2
  exit 2
}

all=$("$kubectl" api-resources --output=name)
kinds=$(grep '\.polyorg\.io$' <<<"$all" || true)
routes=$(grep -xE '(ingresses|(httproutes|referencegrants)\.gateway)\.networking\.k8s\.io|middlewares\.traefik\.io' <<<"$all" || true)

# refuse_with_organizations ends this while there are any.
refuse_with_organizations() {
  local organizations
  grep -q '^organizations\.' <<<"$kinds" || return 0
  organizations=$("$kubectl" get organizations.polyorg.io --output=name)
  [ -n "$organizations" ] || return 0
  echo "$(wc -l <<<"$organizations") organizations are still there; delete them first: kubectl delete organizations --all" >&2
  exit 1
}
refuse_with_organizations

# First the operator, until its last pod is gone, because it would make things again; and the webhooks, which would have to admit their
# removal.
"$kubectl" delete deployment --namespace=polyorg-system --ignore-not-found --cascade=foreground polyorg-operator
"$kubectl" delete --kustomize=config/webhook --ignore-not-found
# The platform's routes can be in the portal's namespace, which stays. Those of organizations went with them.
[ -z "$routes" ] || "$kubectl" delete "${routes//$'\n'/,}" --all-namespaces --selector=app.kubernetes.io/managed-by=polyorg --ignore-not-found

# The rest is the operator's own (users, reservations, the journal). No operator lifts its finalizers any more. All of a kind are listed 500
# at a time, and changed by one kubectl: one for each would take hours where there are many people.
finalized='jsonpath={range .items[?(@.metadata.finalizers)]}{"---\napiVersion: "}{.apiVersion}{"\nkind: "}{.kind}{"\nmetadata: "}'
finalized+='{"{name: \""}{.metadata.name}{"\", namespace: \""}{.metadata.namespace}{"\"}\n"}{end}'
for kind in $kinds; do
  held=$("$kubectl" get "$kind" --all-namespaces --chunk-size=500 --output="$finalized")
  [ -z "$held" ] || "$kubectl" patch --filename=- --type=merge --patch='{"metadata":{"finalizers":null}}' <<<"$held"
done
if "$kubectl" get configmap --namespace=polyorg-system polyorg-journal >/dev/null 2>&1; then
  "$kubectl" patch configmap --namespace=polyorg-system polyorg-journal --type=merge --patch='{"metadata":{"finalizers":null}}'
fi
# Nobody judged what was created since the operator went.
refuse_with_organizations
# The kinds go only with this annotation (config/policy/kinds.yaml).
all=$("$kubectl" get crd --output=name)
mapfile -t crds < <(grep '\.polyorg\.io$' <<<"$all")
if ((${#crds[@]})); then
  "$kubectl" annotate "${crds[@]}" --overwrite polyorg.io/allow-deletion=true
  "$kubectl" delete "${crds[@]}" --ignore-not-found
fi
# The policies that guard them stay in force until they are gone.
for kind in validatingadmissionpolicy validatingadmissionpolicybinding; do
  all=$("$kubectl" get "$kind" --output=name)
  mapfile -t guards < <(grep '/polyorg-' <<<"$all")
  ((!${#guards[@]})) || "$kubectl" patch "${guards[@]}" --type=merge --patch='{"metadata":{"finalizers":null}}'
done
"$kubectl" delete --kustomize=config/default --ignore-not-found
