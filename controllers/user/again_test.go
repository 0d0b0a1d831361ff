// SPDX-License-Identifier: Apache-2.0

package user

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/event"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// TestMemoryOfDeletions: F2, the choice in a User is kept if somebody else deleted the User, and only then.
func TestMemoryOfDeletions(t *testing.T) {
	for sentence, tc := range map[string]struct {
		removed types.UID // by the operator, earlier or now
		want    bool
	}{
		"somebody else deleted it": {"", true},
		"the operator did":         {"2", false},
		"the operator deleted an earlier one, which was gone by then": {"1", true},
	} {
		t.Run(sentence, func(t *testing.T) {
			var m memory
			if tc.removed != "" {
				m.removed.Store(alice, tc.removed)
			}
			u := &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: alice, UID: "2"}, Spec: v1alpha1.UserSpec{DefaultOrganization: "zylker"}}
			m.deletions().Delete(event.DeleteEvent{Object: u})
			if chosen, deleted := m.recall(alice); deleted != tc.want || (chosen == "zylker") != tc.want {
				t.Errorf("recalls %q, %t", chosen, deleted)
			}
		})
	}
}
