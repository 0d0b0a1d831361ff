// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// Status ends a place or a seat without a journal entry and without a fence. A replica whose watch of that kind is late must not rely
// on what it still sees (L8).
var _ = Describe("A place or seat that status has ended", func() {
	It("L1: does not count for a replica that still sees the answer", func(ctx SpecContext) {
		watches := newGate()
		current, late := withLate(ctx, watches, "invitationresponses")
		person, x, elsewhere := lab.Person("moves"), pool[0], pool[1:11]
		for _, org := range elsewhere[:9] {
			Expect(insist(ctx, func() error { return platform.Create(ctx, membership(org, person)) })).To(Succeed())
		}
		answer := accept(ctx, x, person) // the tenth
		first := membership(x, person)
		Expect(insist(ctx, func() error { return platform.Create(ctx, first) })).To(Succeed())
		isQuiet(ctx)

		watches.shut()
		door.lead(current)
		say(ctx, answer, func() {
			meta.SetStatusCondition(&answer.Status.Conditions, metav1.Condition{
				Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAccepted})
		})
		Expect(insist(ctx, func() error { return platform.Delete(ctx, first) })).To(Succeed())
		isAdmittedOnceSeen(ctx, membership(elsewhere[9], person))
		door.lead(late)
		isNotAdmitted(ctx, membership(x, person))
		Expect(placesOf(ctx, person)).To(HaveLen(10))

		watches.unshut()
		isRefused(ctx, membership(x, person), "[L1]")
	}, NodeTimeout(soon*2))

	It("E5: does not count for a replica that still sees the invitation", func(ctx SpecContext) {
		watches := newGate()
		current, late := withLate(ctx, watches, "invitations")
		org := create(ctx, lab.NewOrganization(lab.Person("owner"), 0)) // on trial: three seats
		Expect(insist(ctx, func() error { return platform.Create(ctx, membership(org, lab.Person("second"))) })).To(Succeed())
		invitation := lab.NewInvitation(org, lab.Person("invitee"))
		Expect(insist(ctx, func() error { return platform.Create(ctx, invitation) })).To(Succeed())
		isQuiet(ctx)

		watches.shut()
		door.lead(current)
		say(ctx, invitation, func() { invitation.Status.State = v1alpha1.InvitationExpired })
		isAdmittedOnceSeen(ctx, membership(org, lab.Person("third")))
		door.lead(late)
		isNotAdmitted(ctx, membership(org, invitation.Spec.Email))
		Expect(membersOf(ctx, org)).To(HaveLen(2))

		watches.unshut()
		isRefused(ctx, membership(org, invitation.Spec.Email), "[E5]")
	}, NodeTimeout(soon*2))

	It("L9: is relied on until it has ended, after a limit was lowered", func(ctx SpecContext) {
		serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
		person := lab.Person("keeps")
		for _, org := range pool[1:3] {
			Expect(insist(ctx, func() error { return platform.Create(ctx, membership(org, person)) })).To(Succeed())
		}
		accept(ctx, pool[0], person) // the third
		policy := &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
		policy.Spec.Limits = &v1alpha1.LimitsPolicy{OrganizationsPerUser: new(int32(2)), CreatedOrganizationsPerUser: new(int32(2)), InvitedCRMPlusPerUser: new(int32(2))}
		Expect(insist(ctx, func() error { return platform.Create(ctx, policy) })).To(Succeed())
		DeferCleanup(func(ctx SpecContext) {
			Expect(insist(ctx, func() error { return client.IgnoreNotFound(platform.Delete(ctx, policy)) })).To(Succeed())
		})
		isRefused(ctx, membership(pool[3], person), "[L1]")
		Expect(insist(ctx, func() error { return platform.Create(ctx, membership(pool[0], person)) })).To(Succeed())
	}, NodeTimeout(soon*2))
})

// isAdmittedOnceSeen expects a creation to be admitted as soon as the replica has seen an earlier write of a status. Until then the replica
// refuses it, because no entry shows a status.
func isAdmittedOnceSeen(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	Eventually(func() error { return insist(ctx, func() error { return platform.Create(ctx, obj) }) }).WithContext(ctx).WithTimeout(soon).Should(Succeed())
}

// withLate serves with two replicas. The watch of one kind passes a gate on its way to the second one.
func withLate(ctx context.Context, watches *gate, plural string) (current, late *replica) {
	GinkgoHelper()
	both := serve(ctx, newReplica(control.Config()), newReplica(watches.guardOnly(control.Config(), plural)))
	return both[0], both[1]
}

// accept invites somebody to an organization, and accepts as them. No controller carries the answer out.
func accept(ctx context.Context, org *v1alpha1.Organization, person string) *v1alpha1.InvitationResponse {
	GinkgoHelper()
	invitation := lab.NewInvitation(org, person)
	Expect(insist(ctx, func() error { return platform.Create(ctx, invitation) })).To(Succeed())
	isQuiet(ctx)
	answer := lab.NewResponse(invitation, v1alpha1.DecisionAccept)
	Expect(insist(ctx, func() error { return as(person).Create(ctx, answer) })).To(Succeed())
	return answer
}

// say writes status, as the operator does.
func say(ctx context.Context, obj client.Object, change func()) {
	GinkgoHelper()
	Expect(platform.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
	change()
	Expect(platform.Status().Update(ctx, obj)).To(Succeed())
}

// isNotAdmitted asks once. The replica cannot know whether the change is right, so it asks to try again.
func isNotAdmitted(ctx context.Context, m *v1alpha1.Membership) {
	GinkgoHelper()
	err := once(ctx, control.Config(), "memberships", m)
	Expect(apierrors.IsTooManyRequests(err)).To(BeTrue(), "neither admitted nor refused: %v", err)
}

// isRefused asks until the answer is final.
func isRefused(ctx context.Context, m *v1alpha1.Membership, rule string) {
	GinkgoHelper()
	Expect(insist(ctx, func() error { return platform.Create(ctx, m) })).To(MatchError(ContainSubstring(rule)))
}
