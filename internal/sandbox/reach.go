// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// reachTimeout bounds the wait for the API server to take notice of the webhooks and reach them.
const reachTimeout = 20 * time.Second

var errNotAsked = errors.New("it admitted a dry run without asking")

// proveReached returns when a dry run was admitted and came through the front.
func (s *Sandbox) proveReached(ctx context.Context) error {
	s.say("Waiting for the API server to ask %s for admission", s.front.URL)
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return err
	}
	admin := rest.CopyConfig(s.admin)
	admin.QPS = -1 // a rate limiter's error near the deadline would hide the API server's answer
	c, err := client.New(admin, client.Options{Scheme: scheme})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	var last error
	err = wait.PollUntilContextCancel(ctx, healthPeriod, true, func(ctx context.Context) (bool, error) {
		before := s.front.served.Load()
		err := tryOut(ctx, c)
		if ctx.Err() == nil { // otherwise it says only that
			last = err
		}
		return err == nil && s.front.served.Load() > before, nil
	})
	if err != nil {
		return fmt.Errorf("the API server does not reach the operator at %s "+
			"(the sandbox has to run on the API server's own host): %w", s.front.URL, cmp.Or(last, errNotAsked))
	}
	return nil
}

// tryOut sends a request that an administrator may always send, and changes nothing.
func tryOut(ctx context.Context, c client.Client) error {
	return c.Create(ctx, &v1alpha1.HostReservation{
		ObjectMeta: metav1.ObjectMeta{Name: "sandbox.polyorg.invalid"},
	}, client.DryRunAll)
}
