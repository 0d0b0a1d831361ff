// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// readings is an API server that only tells at what version the journal is.
type readings struct {
	client.WithWatch
	version string
}

func (r *readings) Get(_ context.Context, _ client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	stored := emptyState().object
	stored.ResourceVersion = r.version
	stored.DeepCopyInto(obj.(*corev1.ConfigMap))
	return nil
}

// The view goes on while a request waits, and may see what was admitted by a journal that this replica has not read. So a refusal is right
// only by a journal that is read after the judgement, even where the request came before the last read.
func TestADecisionIsConfirmedByAReadAfterIt(t *testing.T) {
	for sentence, tc := range map[string]struct {
		looked  bool
		current bool
	}{
		"a decision that looked at the world is made again": {true, false},
		"one that no fact can change stands":                {false, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			s, api := newStand(), &readings{version: "1"}
			s.Client = api
			r := s.asks("bob", "shop")
			s.clock.Step(time.Second)
			s.state = nil
			if err := s.load(t.Context()); err != nil {
				t.Fatal(err)
			}
			api.version = "2"
			current, err := s.settle(t.Context(), []decision{{request: r, looked: tc.looked}})
			if err != nil || current != tc.current {
				t.Errorf("current: %t, %v", current, err)
			}
		})
	}
}
