// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"errors"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// sayings are all results that a step may state.
var sayings = map[string]func(Conditions) error{
	"ready":   func(say Conditions) error { say.Ready("Active", ""); return nil },
	"off":     func(say Conditions) error { say.Ready("Suspended", ""); return nil },
	"waiting": func(say Conditions) error { say.Waiting("Pending", ""); return nil },
	"stalled": func(say Conditions) error { say.Stalled("Invalid", ""); return nil },
	"nothing": func(Conditions) error { return nil },
	"an error after it stated that it is stalled": func(say Conditions) error {
		say.Stalled("Invalid", "")
		return errors.New("no")
	},
	"an error": func(Conditions) error { return errors.New("no") },
	"stalled, and then under way by hand": func(say Conditions) error {
		say.Stalled("Invalid", "")
		say.True(v1alpha1.ConditionReconciling, "Pending", "")
		return nil
	},
	"under way, and then stalled by hand": func(say Conditions) error {
		say.Waiting("Pending", "")
		say.True(v1alpha1.ConditionStalled, "Invalid", "")
		return nil
	},
}

// TestNothingIsStalledAndUnderWay tries any two steps of each kind, also after an older operator's conditions (kstatus).
func TestNothingIsStalledAndUnderWay(t *testing.T) {
	onEveryKind(t, &v1alpha1.Organization{}, func(o *v1alpha1.Organization) (*[]metav1.Condition, *int64) {
		return &o.Status.Conditions, &o.Status.ObservedGeneration
	})
	onEveryKind(t, &v1alpha1.Membership{}, func(o *v1alpha1.Membership) (*[]metav1.Condition, *int64) {
		return &o.Status.Conditions, &o.Status.ObservedGeneration
	})
	onEveryKind(t, &v1alpha1.Invitation{}, func(o *v1alpha1.Invitation) (*[]metav1.Condition, *int64) {
		return &o.Status.Conditions, &o.Status.ObservedGeneration
	})
	onEveryKind(t, &v1alpha1.InvitationResponse{}, func(o *v1alpha1.InvitationResponse) (*[]metav1.Condition, *int64) {
		return &o.Status.Conditions, &o.Status.ObservedGeneration
	})
	onEveryKind(t, &v1alpha1.IntegrationBinding{}, func(o *v1alpha1.IntegrationBinding) (*[]metav1.Condition, *int64) {
		return &o.Status.Conditions, &o.Status.ObservedGeneration
	})
	onEveryKind(t, &v1alpha1.HostReservation{}, func(o *v1alpha1.HostReservation) (*[]metav1.Condition, *int64) {
		return &o.Status.Conditions, &o.Status.ObservedGeneration
	})
	onEveryKind(t, &v1alpha1.User{}, func(o *v1alpha1.User) (*[]metav1.Condition, *int64) {
		return &o.Status.Conditions, &o.Status.ObservedGeneration
	})
	onEveryKind(t, &v1alpha1.PlatformPolicy{}, func(o *v1alpha1.PlatformPolicy) (*[]metav1.Condition, *int64) {
		return &o.Status.Conditions, &o.Status.ObservedGeneration
	})
}

func onEveryKind[T client.Object](t *testing.T, obj T, parts func(T) (*[]metav1.Condition, *int64)) {
	t.Helper()
	obj.SetName("zylker")
	both := []metav1.Condition{
		{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue, Reason: "Invalid"},
		{Type: v1alpha1.ConditionReconciling, Status: metav1.ConditionTrue, Reason: "Retrying"},
	}
	k := keeperOfAny(t, obj, parts)
	for first, one := range sayings {
		for second, other := range sayings {
			k.leave(t, obj, both)
			for _, say := range []func(Conditions) error{one, other} {
				k.keep(t, obj, say)
				said, _ := parts(obj)
				if meta.IsStatusConditionTrue(*said, v1alpha1.ConditionStalled) && meta.IsStatusConditionTrue(*said, v1alpha1.ConditionReconciling) {
					t.Errorf("a %T that says %s, then %s, says both: %v", obj, first, second, *said)
				}
			}
		}
	}
}

// silent drops all events.
type silent struct{}

func (silent) Eventf(runtime.Object, runtime.Object, string, string, string, string, ...any) {}

type testKeeper[T client.Object] struct{ Keeper[T] }

func keeperOfAny[T client.Object](t *testing.T, obj T, parts func(T) (*[]metav1.Condition, *int64)) testKeeper[T] {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	return testKeeper[T]{Keeper[T]{
		Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(obj).WithStatusSubresource(obj).Build(),
		Clock:  clock.RealClock{}, Events: silent{}, Parts: parts,
	}}
}

// leave writes conditions as another writer did.
func (k testKeeper[T]) leave(t *testing.T, obj T, conditions []metav1.Condition) {
	t.Helper()
	said, _ := k.Parts(obj)
	*said = conditions
	if err := k.Client.Status().Update(t.Context(), obj); err != nil {
		t.Fatal(err)
	}
}

// keep takes one step, which may fail, and reads the stored status.
func (k testKeeper[T]) keep(t *testing.T, obj T, say func(Conditions) error) {
	t.Helper()
	request := ctrl.Request{NamespacedName: client.ObjectKeyFromObject(obj)}
	_, _ = k.Keep(t.Context(), request, obj.DeepCopyObject().(T), func(_ context.Context, _ T, c Conditions, _ time.Time) (time.Duration, error) {
		return 0, say(c)
	})
	if err := k.Client.Get(t.Context(), request.NamespacedName, obj); err != nil {
		t.Fatal(err)
	}
}
