// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// mirrored also records each event of an Organization in the organization's namespace, where its administrators can read it. The API server
// takes events of a cluster-scoped object into the namespace default alone, so the second one names the namespace beside the object.
type mirrored struct{ events.EventRecorder }

// Eventf records an event.
func (m mirrored) Eventf(regarding, related runtime.Object, kind, reason, action, note string, args ...any) {
	m.EventRecorder.Eventf(regarding, related, kind, reason, action, note, args...)
	if org, is := regarding.(*v1alpha1.Organization); is {
		inside := org.DeepCopy()
		inside.Namespace = v1alpha1.NamespacePrefix + org.Name
		m.EventRecorder.Eventf(inside, related, kind, reason, action, note, args...)
	}
}
