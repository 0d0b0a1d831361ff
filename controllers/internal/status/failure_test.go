// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// attempt is the n-th error of one kind of failure.
type attempt func(n int) error

func TestExplain(t *testing.T) {
	jobs := corev1.Resource("jobs")
	terminating := func(n int) error {
		err := apierrors.NewForbidden(jobs, "job", fmt.Errorf("unable to create new content, %d", n))
		err.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
		return err
	}
	webhook := func(n int) error { // with a code, and no reason
		return &apierrors.StatusError{ErrStatus: metav1.Status{Code: http.StatusTeapot, Message: fmt.Sprintf("denied at 10:00:%02d", n)}}
	}
	for sentence, tc := range map[string]struct {
		fails attempt
		want  string
	}{
		"a refusal":               {func(n int) error { return apierrors.NewForbidden(jobs, "job", fmt.Errorf("no, %d", n)) }, v1alpha1.ReasonRequestRefused},
		"a webhook's odd refusal": {webhook, v1alpha1.ReasonRequestRefused},
		"an invalid object":       {func(n int) error { return apierrors.NewBadRequest(strconv.Itoa(n)) }, v1alpha1.ReasonRequestRefused},
		"a quota": {func(n int) error {
			return apierrors.NewForbidden(jobs, "job", fmt.Errorf("exceeded quota: small, used: pods=%d", n))
		}, v1alpha1.ReasonQuotaExceeded},
		"a namespace that goes": {terminating, v1alpha1.ReasonNamespaceTerminating},
		"a webhook that does not work": {func(n int) error {
			return apierrors.NewInternalError(fmt.Errorf("failed calling webhook: dial tcp 10.0.0.1:%d", n))
		}, v1alpha1.ReasonUnavailable},
		"too many requests":          {func(n int) error { return apierrors.NewTooManyRequests("busy", n) }, v1alpha1.ReasonUnavailable},
		"an API server that is away": {func(n int) error { return &net.OpError{Op: "dial", Err: fmt.Errorf("port %d", n)} }, v1alpha1.ReasonUnavailable},
		"a deadline":                 {func(n int) error { return fmt.Errorf("after %d s: %w", n, context.DeadlineExceeded) }, v1alpha1.ReasonUnavailable},
		"a missing object":           {func(n int) error { return apierrors.NewNotFound(corev1.Resource("namespaces"), fmt.Sprint("org-", n)) }, v1alpha1.ReasonNotFound},
		"an unknown failure":         {func(n int) error { return fmt.Errorf("no, for the %d. time", n) }, v1alpha1.ReasonRetrying},
		"two at once: the first one counts": {func(n int) error {
			return errors.Join(apierrors.NewNotFound(jobs, strconv.Itoa(n)), fmt.Errorf("%d", n))
		}, v1alpha1.ReasonNotFound},
	} {
		t.Run(sentence+" sounds the same each time", func(t *testing.T) {
			reason, message := explain(During("make it", fmt.Errorf("create: %w", tc.fails(1))))
			if reason != tc.want || !strings.HasPrefix(message, "Cannot make it: ") {
				t.Errorf("got %s, %q, want %s", reason, message, tc.want)
			}
			for n := 2; n < 5; n++ {
				if r, m := explain(During("make it", tc.fails(n))); r != reason || m != message {
					t.Errorf("the %d. time: %s, %q, and %s, %q before", n, r, m, reason, message)
				}
			}
		})
	}
	if During("make it", nil) != nil {
		t.Error("what did not fail is an error")
	}
}

// TestAFailureIsStoredOnce compares the number of writes with the number of attempts.
func TestAFailureIsStoredOnce(t *testing.T) {
	m := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "alice"}}
	k := keeperOf(t, m)
	version, writes := "", 0
	for n := range 20 {
		_, err := k.Keep(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(m)}, &v1alpha1.Membership{},
			func(context.Context, *v1alpha1.Membership, Conditions, time.Time) (time.Duration, error) {
				return 0, fmt.Errorf("dial tcp 10.0.0.1:%d", n)
			})
		if err == nil {
			t.Fatal("a failure is no error: it is not tried again later and later")
		}
		if err := k.Client.Get(t.Context(), client.ObjectKeyFromObject(m), m); err != nil {
			t.Fatal(err)
		}
		if m.ResourceVersion != version {
			version, writes = m.ResourceVersion, writes+1
		}
	}
	if writes != 1 {
		t.Errorf("20 attempts wrote %d times", writes)
	}
}
