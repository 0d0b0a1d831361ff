// SPDX-License-Identifier: Apache-2.0

package platformpolicy

import (
	"context"
	"errors"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// An API server that restarts raises no alarm. One that goes on giving unexpected answers raises one.
func TestDoubtIsToldWhenItLasts(t *testing.T) {
	refused := errors.New(`admission webhook "validate.polyorg.io" denied the request: no`)
	unreachable := errors.New(`failed calling webhook "validate.polyorg.io": connection refused`)
	for sentence, tc := range map[string]struct {
		answers []error
		want    metav1.ConditionStatus
		next    time.Duration
	}{
		"refused as it must be":            {[]error{refused}, metav1.ConditionTrue, time.Minute},
		"unreachable at first":             {[]error{unreachable}, "", 5 * time.Second},
		"unreachable for a moment":         {[]error{refused, unreachable, unreachable}, metav1.ConditionTrue, 5 * time.Second},
		"unreachable time and again":       {[]error{refused, unreachable, unreachable, unreachable}, metav1.ConditionUnknown, time.Minute},
		"unreachable now and then":         {[]error{unreachable, unreachable, refused, unreachable, unreachable}, metav1.ConditionTrue, 5 * time.Second},
		"refused again after all":          {[]error{unreachable, unreachable, unreachable, refused}, metav1.ConditionTrue, time.Minute},
		"admitted, which is never a doubt": {[]error{refused, nil}, metav1.ConditionFalse, time.Minute},
	} {
		t.Run(sentence, func(t *testing.T) {
			m, v := shippedPair(t)
			var answer error
			c := fake.NewClientBuilder().WithObjects(m, v).WithInterceptorFuncs(interceptor.Funcs{
				Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return answer },
			}).Build()
			e := NewEnforcement(c, c, time.Minute)
			go func() {
				for range e.changed {
				}
			}()
			t.Cleanup(func() { close(e.changed) })
			var next time.Duration
			for _, answer = range tc.answers {
				next = e.look(t.Context())
			}
			if e.latest.status != tc.want || next != tc.next {
				t.Errorf("got %q, again after %s; want %q, %s", e.latest.status, next, tc.want, tc.next)
			}
		})
	}
}
