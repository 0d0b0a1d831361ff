// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// These faults of other products are in no other test of ours. README.md has the whole list.
var _ = Describe("A common mistake of others", func() {
	var org *v1alpha1.Organization

	BeforeEach(func(ctx SpecContext) {
		serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
		org = create(ctx, lab.NewOrganization(lab.Person("owner"), 3))
		lab.Grant(ctx, platform, org)
	})

	finish := func(ctx context.Context, inv *v1alpha1.Invitation, state v1alpha1.InvitationState) {
		GinkgoHelper()
		inv.Status.State = state
		Expect(platform.Status().Update(ctx, inv)).To(Succeed())
	}

	It("an expired invitation cannot be accepted, grants nothing, and blocks neither its seat nor a new invitation", func(ctx SpecContext) {
		guest, dead := lab.Person("guest"), (*v1alpha1.Invitation)(nil)
		for range 4 { // more than the seats
			dead = lab.NewInvitation(org, guest)
			Expect(insist(ctx, func() error { return platform.Create(ctx, dead) })).To(Succeed())
			finish(ctx, dead, v1alpha1.InvitationExpired)
			late := lab.NewResponse(dead, v1alpha1.DecisionAccept)
			Eventually(ctx, func() error { return as(guest).Create(ctx, late.DeepCopy(), client.DryRunAll) }).ShouldNot(Succeed())
			err := as(guest).Create(ctx, late)
			Expect(apierrors.IsForbidden(err)).To(BeTrue(), "said, not swallowed: %v", err)
		}
		fresh := lab.NewInvitation(org, guest)
		Expect(insist(ctx, func() error { return platform.Create(ctx, fresh) })).To(Succeed())
		Expect(insist(ctx, func() error { return as(guest).Create(ctx, lab.NewResponse(fresh, v1alpha1.DecisionAccept)) })).To(Succeed())
		isQuiet(ctx)
	}, NodeTimeout(soon))

	It("the last owner's User and membership cannot be deleted, so the organization keeps its owner", func(ctx SpecContext) {
		owner := org.Spec.SuperAdmin
		own := membership(org, owner)
		own.Spec.Role = v1alpha1.RoleAdministrator
		Expect(insist(ctx, func() error { return platform.Create(ctx, own) })).To(Succeed())
		user := &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(owner)}, Spec: v1alpha1.UserSpec{Email: owner}}
		Expect(platform.Create(ctx, user)).To(Succeed())
		Expect(insist(ctx, func() error { return platform.Delete(ctx, user) })).To(MatchError(ContainSubstring("[U1]")))
		Expect(insist(ctx, func() error { return platform.Delete(ctx, own) })).To(MatchError(ContainSubstring("[R3]")))
		Expect(insist(ctx, func() error { return as(owner).Create(ctx, lab.NewInvitation(org, lab.Person("guest"))) })).To(Succeed(), "they go on")
		isQuiet(ctx)
	}, NodeTimeout(soon))
})
