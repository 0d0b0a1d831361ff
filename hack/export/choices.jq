# Writes each person's default organization as their choice (F2), to be applied once, when the organizations exist:
#
#   kubectl get users -o json | jq -n -f hack/export/choices.jq
#
# Do not keep the result in Git: people change their choice, and a GitOps tool would change it back.

{apiVersion: "v1", kind: "List", items: [
  inputs | (.items // [.])[] | select(.metadata.deletionTimestamp == null and (.status.defaultOrganization // "") != "")
  | {apiVersion, kind, metadata: {name: .metadata.name}, spec: {email: .spec.email, defaultOrganization: .status.defaultOrganization}}
]}
