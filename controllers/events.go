// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// mirrored also records each event of an Organization in the organization's namespace, where its administrators can read it. The API server
// takes events of a cluster-scoped object into the namespace default alone, so the second one names the namespace beside the object.
type mirrored struct {
	events.EventRecorder
	namespaces client.Reader // the cache
}

// Eventf records an event.
func (m mirrored) Eventf(regarding, related runtime.Object, kind, reason, action, note string, args ...any) {
	m.EventRecorder.Eventf(regarding, related, kind, reason, action, note, args...)
	if org, is := regarding.(*v1alpha1.Organization); is && m.takesEvents(org) {
		inside := org.DeepCopy()
		inside.Namespace = v1alpha1.NamespacePrefix + org.Name
		m.EventRecorder.Eventf(inside, related, kind, reason, action, note, args...)
	}
}

// takesEvents reports whether the organization's namespace takes events. One that ends takes none, and one of that name may be somebody else's.
func (m mirrored) takesEvents(org *v1alpha1.Organization) bool {
	var ns corev1.Namespace
	err := m.namespaces.Get(context.Background(), client.ObjectKey{Name: v1alpha1.NamespacePrefix + org.Name}, &ns)
	return err == nil && ns.DeletionTimestamp == nil && ns.Labels[v1alpha1.OrganizationLabel] == org.Name
}
