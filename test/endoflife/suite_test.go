// SPDX-License-Identifier: Apache-2.0

// Package endoflife tests how an organization holds together while it exists, and what is left of it afterwards: R3, O7 and F1–F3. It uses
// a real API server, the operator as processes of its own, and the real kubectl as the cluster's administrator.
package endoflife

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var l *lab.Lab

func TestEndOfLife(t *testing.T) {
	RegisterFailHandler(Fail)
	EnforceDefaultTimeoutsWhenUsingContexts()
	RunSpecs(t, "End of life")
}

var _ = BeforeSuite(func(ctx context.Context) {
	l = lab.Start(ctx, lab.Options{})
	lab.Bind(ctx, l.Platform, "polyorg-self-service", lab.Group(lab.People))
}, NodeTimeout(5*time.Minute))

func key(obj client.Object) client.ObjectKey { return client.ObjectKeyFromObject(obj) }

// accept answers an invitation as the invitee.
func accept(ctx context.Context, inv *v1alpha1.Invitation) *v1alpha1.InvitationResponse {
	GinkgoHelper()
	l.EventuallyReady(ctx, inv)
	answer := lab.NewResponse(inv, v1alpha1.DecisionAccept)
	invitee := l.As(inv.Spec.Email, lab.People)
	lab.Create(ctx, invitee, answer)
	l.EventuallyReady(ctx, answer)
	return answer
}
