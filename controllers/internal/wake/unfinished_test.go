// SPDX-License-Identifier: Apache-2.0

package wake

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// A new leader finds objects in its first list that its predecessor did not finish. They come before those that only need a look, and
// behind the changes that come meanwhile.
func TestUnfinishedFirst(t *testing.T) {
	parts := func(m *v1alpha1.Membership) (*[]metav1.Condition, *int64) {
		return &m.Status.Conditions, &m.Status.ObservedGeneration
	}
	for sentence, tc := range map[string]struct {
		change func(*v1alpha1.Membership)
		want   int
	}{
		"one with a status of its spec only needs a look": {func(*v1alpha1.Membership) {}, handler.LowPriority},
		"one without a status comes earlier":              {func(m *v1alpha1.Membership) { m.Status.ObservedGeneration = 0 }, unfinished},
		"so does one with a newer spec":                   {func(m *v1alpha1.Membership) { m.Generation++ }, unfinished},
		"and one that is being deleted":                   {func(m *v1alpha1.Membership) { m.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)} }, unfinished},
	} {
		t.Run(sentence, func(t *testing.T) {
			q, m := newQueue(t), &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Namespace: "org-a", Name: "m", Generation: 1}}
			m.Status.ObservedGeneration = 1
			tc.change(m)
			wakes := ByTenant(&unfinishedFirst[*v1alpha1.Membership]{parts: parts})
			wakes.Create(t.Context(), event.CreateEvent{Object: m, IsInInitialList: true}, q)
			q.Add(request{NamespacedName: client.ObjectKey{Namespace: "org-a", Name: "comes"}})
			if _, priority, _ := q.GetWithPriority(); priority != 0 {
				t.Errorf("a change that comes has priority %d", priority)
			}
			if _, priority, _ := q.GetWithPriority(); priority != tc.want {
				t.Errorf("has priority %d, want %d", priority, tc.want)
			}
		})
	}
}
