// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// TestOrganizationNamespaces covers the last sentence of O7. Everybody here has every right that RBAC can give.
func TestOrganizationNamespaces(t *testing.T) {
	admin := clientFor(t, plane.Config())
	asOperator := clientFor(t, plane.ConfigFor(operator, masters))
	awaitPolicy(t, admin)

	type step func(g Gomega, ns *corev1.Namespace) error
	deleteAs := func(c client.Client, options ...client.DeleteOption) step {
		return func(_ Gomega, ns *corev1.Namespace) error { return c.Delete(t.Context(), ns, options...) }
	}
	labelAs := func(c client.Client, labels map[string]string) step {
		return func(_ Gomega, ns *corev1.Namespace) error {
			ns.Labels = labels
			return c.Update(t.Context(), ns)
		}
	}
	finalizeAs := func(c client.Client) step {
		return func(_ Gomega, ns *corev1.Namespace) error {
			ns.Spec.Finalizers = nil
			return c.SubResource("finalize").Update(t.Context(), ns)
		}
	}
	for name, tc := range map[string]struct {
		namespace string
		labels    map[string]string
		do        step
		refused   string // a part of the refusal; empty if there is none
	}{
		"nobody deletes the namespace of an organization": {
			namespace: "org-a", labels: of("a"), do: deleteAs(admin),
			refused: "; delete organization a instead",
		},
		"a dry run of that is refused as well": {
			namespace: "org-b", labels: of("b"), do: deleteAs(admin, client.DryRunAll),
			refused: "; delete organization b instead",
		},
		"another service account is not the operator": {
			namespace: "org-c", labels: of("c"),
			do:      deleteAs(clientFor(t, plane.ConfigFor("system:serviceaccount:default:polyorg-operator", masters))),
			refused: "[O7]",
		},
		"the operator deletes it": {
			namespace: "org-d", labels: of("d"), do: deleteAs(asOperator),
		},
		"one that is being deleted may be deleted again": {
			namespace: "org-e", labels: of("e"), do: func(g Gomega, ns *corev1.Namespace) error {
				ns.Finalizers = []string{"example.com/keep"} // so that it stays for the second time
				g.Expect(admin.Update(t.Context(), ns)).To(Succeed())
				t.Cleanup(func() { releaseNamespace(t, asOperator, ns.Name) })
				g.Expect(asOperator.Delete(t.Context(), ns)).To(Succeed())
				return client.IgnoreNotFound(admin.Delete(t.Context(), ns))
			},
		},
		"its label cannot be removed": {
			namespace: "org-f", labels: of("f"), do: labelAs(admin, nil),
			refused: "cannot be changed; leave them as they are [O7]",
		},
		"nor changed": {
			namespace: "org-g", labels: of("g"), do: labelAs(admin, of("h")),
			refused: "cannot be changed; leave them as they are [O7]",
		},
		"the operator may take its label": {
			namespace: "org-i", labels: of("i"), do: labelAs(asOperator, nil),
		},
		"its other labels are free": {
			namespace: "org-j", labels: of("j"),
			do: labelAs(admin, map[string]string{
				v1alpha1.OrganizationLabel: "j", v1alpha1.OrganizationUIDLabel: "uid-of-j", "team": "crm",
			}),
		},
		"the refusal tells the owner of a chart what to do": {
			namespace: "org-w", labels: of("w"), do: deleteAs(admin),
			refused: "helm.sh/resource-policy: keep",
		},
		"it may be deleted as soon as its organization ends": {
			namespace: "org-x", labels: endingOf("x"), do: deleteAs(admin),
		},
		"only the operator labels it as ending": {
			namespace: "org-y", labels: of("y"), do: labelAs(admin, endingOf("y")),
			refused: "cannot be changed; leave them as they are [O7]",
		},
		"also not with an empty label": {
			namespace: "org-y2", labels: of("y2"),
			do: func(g Gomega, ns *corev1.Namespace) error {
				return labelAs(admin, emptied("y2"))(g, ns)
			},
			refused: "cannot be changed; leave them as they are [O7]",
		},
		"an empty label of its end does not make it deletable": {
			namespace: "org-y3", labels: emptied("y3"), do: deleteAs(admin),
			refused: "; delete organization y3 instead",
		},
		"only the operator removes the label of its end": {
			namespace: "org-z", labels: endingOf("z"), do: labelAs(admin, of("z")),
			refused: "cannot be changed; leave them as they are [O7]",
		},
		"only the operator removes its organization's UID": {
			namespace: "org-p", labels: of("p"), do: labelAs(admin, named("p")),
			refused: "cannot be changed; leave them as they are [O7]",
		},
		"its labels cannot be removed along with its status": {
			namespace: "org-q", labels: of("q"),
			do: func(_ Gomega, ns *corev1.Namespace) error {
				ns.Labels = nil
				return admin.Status().Update(t.Context(), ns)
			},
			refused: "cannot be changed; leave them as they are [O7]",
		},
		"nor along with its finalizers": {
			namespace: "org-r", labels: of("r"),
			do: func(_ Gomega, ns *corev1.Namespace) error {
				ns.Labels = nil
				return admin.SubResource("finalize").Update(t.Context(), ns)
			},
			refused: "cannot be changed; leave them as they are [O7]",
		},
		"nobody finalizes it while it has content": {
			namespace: "org-s", labels: of("s"), do: finalizeAs(admin),
			refused: "ends by itself",
		},
		"except the namespace controller, by its service account": {
			namespace: "org-t", labels: of("t"),
			do: finalizeAs(clientFor(t, plane.ConfigFor("system:serviceaccount:kube-system:namespace-controller", masters))),
		},
		"or by that of all controllers": {
			namespace: "org-u", labels: of("u"), do: finalizeAs(clientFor(t, plane.ConfigFor("system:kube-controller-manager", masters))),
		},
		"a namespace may get the label, for example from GitOps": {
			namespace: "org-k", do: labelAs(admin, named("k")),
		},
		"its owner may delete it until the organization exists": {
			namespace: "org-v", labels: named("v"), do: deleteAs(admin),
		},
		"its owner may delete a namespace without the label": {
			namespace: "org-l", do: deleteAs(admin),
		},
		"or one without the organization's name": {
			namespace: "m", labels: of("m"), do: deleteAs(admin),
		},
		"or one with another organization's label": {
			namespace: "org-n", labels: of("o"), do: deleteAs(admin),
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: tc.namespace, Labels: tc.labels}}
			g.Expect(admin.Create(t.Context(), ns)).To(Succeed())
			// The API server and kube-controller-manager write to a new namespace too. This test is not about those conflicts.
			var err error
			g.Eventually(func() bool {
				g.Expect(admin.Get(t.Context(), client.ObjectKeyFromObject(ns), ns)).To(Succeed())
				err = tc.do(g, ns)
				return apierrors.IsConflict(err)
			}).WithTimeout(soon).WithPolling(poll).Should(BeFalse())
			if tc.refused == "" {
				g.Expect(err).NotTo(HaveOccurred())
				return
			}
			g.Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)
			g.Expect(err).To(MatchError(ContainSubstring(tc.refused)))
		})
	}
}

// named labels a namespace as an organization's, as Git may have it.
func named(organization string) map[string]string {
	return map[string]string{v1alpha1.OrganizationLabel: organization}
}

// of labels a namespace as that of a living organization.
func of(organization string) map[string]string {
	return map[string]string{v1alpha1.OrganizationLabel: organization, v1alpha1.OrganizationUIDLabel: "uid-of-" + organization}
}

// endingOf labels a namespace as that of an organization that ends.
func endingOf(organization string) map[string]string {
	labels := of(organization)
	labels[v1alpha1.OrganizationEndingLabel] = "1772452800"
	return labels
}

// emptied labels a namespace with an empty label of an end, which does not count.
func emptied(organization string) map[string]string {
	labels := of(organization)
	labels[v1alpha1.OrganizationEndingLabel] = ""
	return labels
}

// awaitPolicy waits until the API server enforces the policy, which it compiles some time after the policy was stored.
func awaitPolicy(t *testing.T, admin client.Client) {
	t.Helper()
	g := NewWithT(t)
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-probe", Labels: of("probe")}}
	g.Expect(admin.Create(t.Context(), ns)).To(Succeed())
	g.Eventually(func() bool {
		return apierrors.IsForbidden(admin.Delete(t.Context(), ns, client.DryRunAll))
	}).WithTimeout(soon).WithPolling(poll).Should(BeTrue())
}

// releaseNamespace removes a test's finalizer from a namespace.
func releaseNamespace(t *testing.T, c client.Client, name string) {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`))
	NewWithT(t).Expect(c.Patch(context.WithoutCancel(t.Context()), ns, patch)).To(Succeed()) // a clean-up comes after the context
}
