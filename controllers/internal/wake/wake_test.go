// SPDX-License-Identifier: Apache-2.0

package wake

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestBackOffGrowsUpToItsLongest(t *testing.T) {
	limiter, failing := BackOff(), reconcile.Request{}
	failing.Name = "failing"
	last, attempts := time.Duration(0), 0
	for last < longest {
		wait := limiter.When(failing)
		if wait <= last || wait > longest {
			t.Fatalf("waits %v after %v", wait, last)
		}
		last, attempts = wait, attempts+1
	}
	if again := limiter.When(failing); again != longest || longest > 2*time.Minute {
		t.Errorf("waits %v, want %v", again, longest)
	}
	if attempts > 20 {
		t.Errorf("%d attempts until the longest wait", attempts)
	}
	limiter.Forget(failing)
	if again := limiter.When(failing); again != shortest {
		t.Errorf("waits %v after a success, want %v", again, shortest)
	}
}

func TestWritten(t *testing.T) {
	for sentence, tc := range map[string]struct {
		change func(*v1alpha1.Membership)
		want   bool
	}{
		"a new spec wakes":                           {func(m *v1alpha1.Membership) { m.Generation++ }, true},
		"a label wakes":                              {func(m *v1alpha1.Membership) { m.Labels = map[string]string{"team": "crm"} }, true},
		"an annotation wakes":                        {func(m *v1alpha1.Membership) { m.Annotations = map[string]string{"team": "crm"} }, true},
		"a deletion wakes":                           {func(m *v1alpha1.Membership) { m.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)} }, true},
		"a finalizer wakes":                          {func(m *v1alpha1.Membership) { m.Finalizers = []string{"example.com/hold"} }, true},
		"another object of the name wakes":           {func(m *v1alpha1.Membership) { m.UID = "2" }, true},
		"an object that is merely shown again wakes": {func(m *v1alpha1.Membership) { m.ResourceVersion = "1" }, true},
		"the status that it wrote does not":          {func(m *v1alpha1.Membership) { m.Status.Role = v1alpha1.RoleStandard }, false},
		"a condition that changed does not":          {func(m *v1alpha1.Membership) { m.Status.Conditions = []metav1.Condition{{Message: "port 4711"}} }, false},
		"a change of the managed fields does not":    {func(m *v1alpha1.Membership) { m.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}} }, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			was := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{UID: "1", ResourceVersion: "1", Generation: 1}}
			is := was.DeepCopy()
			is.ResourceVersion = "2"
			tc.change(is)
			if got := Written.Update(event.UpdateEvent{ObjectOld: was, ObjectNew: is}); got != tc.want {
				t.Errorf("wakes: %v, want %v", got, tc.want)
			}
		})
	}
}
