# Writes the objects of a cluster in a form that can be kept in Git and applied to another cluster:
#
#   kubectl get organizations,memberships,invitations,integrationbindings -A -o json | jq -n -f hack/export/customers.jq
#
# It reads all lists that it is given. It leaves out objects that are finished or being deleted, and the reservations of former hosts.

[inputs | (.items // [.])[] | select(.metadata.deletionTimestamp == null)] as $all
| def every($kind): $all[] | select(.kind == $kind);

# Labels and annotations of tools are left out; the tools set them again.
def lasting: with_entries(select(.key | test("^(polyorg\\.io|kustomize\\.toolkit\\.fluxcd\\.io|argocd\\.argoproj\\.io|kubectl\\.kubernetes\\.io)/") | not));

def portable:
  {apiVersion, kind,
   metadata: (.metadata | {name, namespace, labels: ((.labels // {}) | lasting), annotations: ((.annotations // {}) | lasting)}
     | with_entries(select(.value != null and .value != {}))),
   spec};

# Argo CD applies an earlier wave first.
def early: .metadata.annotations["argocd.argoproj.io/sync-wave"] = "-1";

([every("Organization") | {("org-" + .metadata.name): .spec.superAdmin}] | add // {}) as $superAdmins
| def owner: $superAdmins[.metadata.namespace] == .spec.user;

# Origins never change (L2).
def membership: .status.origin as $origin | portable
  | if $origin != null and $origin != "Provisioned" then .spec.origin = $origin else . end;

# The operator recorded who invited; in another cluster it is whoever the spec names.
def invitation: .status.invitedBy as $inviter | portable
  | if $inviter != null then .spec.invitedBy = $inviter else . end;

{apiVersion: "v1", kind: "List", items: [
  # The namespaces' annotations keep GitOps tools from deleting them: they go with their organizations (O7).
  (every("Organization") | {apiVersion: "v1", kind: "Namespace", metadata: {
    name: ("org-" + .metadata.name),
    labels: {"polyorg.io/organization": .metadata.name},
    annotations: {"kustomize.toolkit.fluxcd.io/prune": "disabled", "argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}}}
    | early),
    # The operator makes a super admin's membership, with origin Created. One of another origin has to exist before.
  (every("Membership") | select(owner and .status.origin != "Created") | membership | early),
  (every("Membership") | select(owner | not) | membership),
    # Only the pending ones; their days start anew (I1).
  (every("Invitation") | select(.status.state == "Pending" and (.spec.revoked | not)) | invitation),
  (every("IntegrationBinding") | portable),
    # Last, because nothing can be added to an organization whose trial has ended (E3). The trial keeps its end, also under a subscription
    # (E2). Sample data is not loaded a second time (O5). A waiver of the proof of a custom domain is the platform's own word (A8).
  (every("Organization") | (.spec.trialEndsAt // .status.trial.endsAt) as $ends | .metadata.annotations["polyorg.io/domain-proof-waived"] as $waived
    | portable | .spec.trialEndsAt = $ends | del(.spec.sampleData)
    | if $waived != null then .metadata.annotations["polyorg.io/domain-proof-waived"] = $waived else . end)
]}
