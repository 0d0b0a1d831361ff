// SPDX-License-Identifier: Apache-2.0

// Package endoflife tests what holds an organization together while it lives, and what is left when it is gone: R3, O7 and F1–F3 on a
// real API server, with the operator as processes of its own, by the real kubectl and as the cluster's administrator.
package endoflife

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
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

// gone is whether an object is no more, or another of its name is there.
func gone(ctx context.Context, obj client.Object) func(Gomega) {
	uid := obj.GetUID()
	return func(g Gomega) {
		now := obj.DeepCopyObject().(client.Object)
		err := l.Platform.Get(ctx, key(obj), now)
		if err == nil {
			g.Expect(now.GetUID()).NotTo(Equal(uid))
			return
		}
		g.Expect(err).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
	}
}

// goes returns when an object is no more.
func goes(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	Eventually(gone(ctx, obj)).WithContext(ctx).Should(Succeed())
}

// create makes an object as the platform.
func create[O client.Object](ctx context.Context, obj O) O {
	GinkgoHelper()
	Expect(lab.Insist(ctx, func() error { return l.Platform.Create(ctx, obj) })).To(Succeed())
	return obj
}

// says returns when a condition of an object has a reason and a message.
func says(ctx context.Context, obj client.Object, kind, reason, message string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(l.Platform.Get(ctx, key(obj), obj)).To(Succeed())
		g.Expect(lab.Condition(obj, kind)).To(HaveValue(And(HaveField("Reason", reason), HaveField("Message", ContainSubstring(message)))))
	}).WithContext(ctx).Should(Succeed())
}

// accept answers an invitation as the invitee.
func accept(ctx context.Context, inv *v1alpha1.Invitation) *v1alpha1.InvitationResponse {
	GinkgoHelper()
	l.EventuallyReady(ctx, inv)
	answer := lab.NewResponse(inv, v1alpha1.DecisionAccept)
	invitee := l.As(inv.Spec.Email, lab.People)
	Expect(lab.Insist(ctx, func() error { return invitee.Create(ctx, answer) })).To(Succeed())
	l.EventuallyReady(ctx, answer)
	return answer
}
