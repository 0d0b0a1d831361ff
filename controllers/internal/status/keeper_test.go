// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestKeep(t *testing.T) {
	ready := func(say Conditions) error { say.Ready("Active", "Gives access"); return nil }
	stalled := func(say Conditions) error { say.Stalled("OverLimit", "Gives none"); return nil }
	tests := map[string]struct {
		step       func(Conditions) error
		wantStored bool
		wantEvents int
		wantErr    bool
	}{
		"an object that is ready is stored, and its event would only repeat that": {ready, true, 0, false},
		"a stalled one sends an event":                                            {stalled, true, 1, false},
		"a step with nothing to state yet stores nothing":                         {func(Conditions) error { return ErrNotYet }, false, 0, false},
		"a step that failed states it, and is tried again":                        {func(Conditions) error { return errors.New("no") }, true, 0, true},
		"a step that lost a race stores nothing meanwhile":                        {func(Conditions) error { return ErrBehind }, false, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "alice"}}
			k := keeperOf(t, m)
			recorder := events.NewFakeRecorder(10)
			k.Events = recorder
			_, err := k.Keep(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(m)}, &v1alpha1.Membership{},
				func(_ context.Context, _ *v1alpha1.Membership, say Conditions, _ time.Time) (time.Duration, error) {
					return 0, test.step(say)
				})
			if (err != nil) != test.wantErr {
				t.Errorf("returns %v", err)
			}
			if err := k.Client.Get(t.Context(), client.ObjectKeyFromObject(m), m); err != nil {
				t.Fatal(err)
			}
			if stored := len(m.Status.Conditions) > 0; stored != test.wantStored {
				t.Errorf("stored: %v, want %v", stored, test.wantStored)
			}
			if got := len(recorder.Events); got != test.wantEvents {
				t.Errorf("%d events, want %d", got, test.wantEvents)
			}
		})
	}
}

func TestReadyComesFirst(t *testing.T) {
	m := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "alice"}}
	k := keeperOf(t, m)
	_, err := k.Keep(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(m)}, m,
		func(_ context.Context, _ *v1alpha1.Membership, say Conditions, _ time.Time) (time.Duration, error) {
			say.True(v1alpha1.ConditionGranted, v1alpha1.ReasonGranted, "")
			say.Waiting(v1alpha1.ReasonPending, "")
			return 0, nil
		})
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, c := range m.Status.Conditions {
		types = append(types, c.Type)
	}
	want := []string{v1alpha1.ConditionReady, v1alpha1.ConditionGranted, v1alpha1.ConditionReconciling}
	if !slices.Equal(types, want) {
		t.Errorf("got %v, want %v", types, want)
	}
}

func keeperOf(t *testing.T, m *v1alpha1.Membership) Keeper[*v1alpha1.Membership] {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	return Keeper[*v1alpha1.Membership]{
		Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(m).WithStatusSubresource(m).Build(),
		Clock:  clock.RealClock{}, Events: silent{},
		Parts: func(m *v1alpha1.Membership) (*[]metav1.Condition, *int64) {
			return &m.Status.Conditions, &m.Status.ObservedGeneration
		},
	}
}
