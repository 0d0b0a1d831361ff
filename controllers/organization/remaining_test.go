// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// The messages are those of the namespace controller.
func TestRemaining(t *testing.T) {
	condition := func(kind corev1.NamespaceConditionType, status corev1.ConditionStatus, reason, message string) corev1.NamespaceCondition {
		return corev1.NamespaceCondition{Type: kind, Status: status, Reason: reason, Message: message}
	}
	const waits = "Waits until everything in its namespace is gone"
	for sentence, tc := range map[string]struct {
		conditions []corev1.NamespaceCondition
		want       string
	}{
		"nothing is known yet": {nil, waits},
		"what is left is counted": {[]corev1.NamespaceCondition{condition(corev1.NamespaceContentRemaining, corev1.ConditionTrue, "SomeResourcesRemain",
			"Some resources are remaining: configmaps. has 1 resource instances, deployments.apps has 2 resource instances")},
			waits + "; left: 1 configmaps, 2 deployments.apps"},
		"and who keeps it": {[]corev1.NamespaceCondition{condition(corev1.NamespaceFinalizersRemaining, corev1.ConditionTrue, "SomeFinalizersRemain",
			"Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances, kubedb in 5 resource instances")},
			waits + "; kept by the finalizer example.com/hold on 1 object, kubedb on 5 objects"},
		"other words are repeated": {[]corev1.NamespaceCondition{condition(corev1.NamespaceContentRemaining, corev1.ConditionTrue, "", "Something else")},
			waits + "; left: Something else"},
		"of a failure the reason is said": {[]corev1.NamespaceCondition{condition(corev1.NamespaceDeletionContentFailure, corev1.ConditionTrue,
			"ContentDeletionFailed", "dial tcp 127.0.0.1:4711")}, waits + "; Kubernetes cannot delete it yet (ContentDeletionFailed)"},
		"what is well is not said": {[]corev1.NamespaceCondition{condition(corev1.NamespaceDeletionContentFailure, corev1.ConditionFalse,
			"ContentDeleted", "All content successfully deleted")}, waits},
	} {
		if got := remaining(&corev1.Namespace{Status: corev1.NamespaceStatus{Conditions: tc.conditions}}); got != tc.want {
			t.Errorf("%s: got %q, want %q", sentence, got, tc.want)
		}
	}
}
