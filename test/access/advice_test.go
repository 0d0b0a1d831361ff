// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A person is told what follows from a change:", func() {
	var (
		org  *v1alpha1.Organization
		john string
	)

	BeforeEach(func(ctx context.Context) {
		john = lab.Person("john")
		org = l.Organization(ctx, john, 9)
	})

	It("invitations that nobody can accept (I6)", func(ctx context.Context) {
		lab.Create(ctx, l.Platform, lab.NewInvitation(org, lab.Person("bob")))
		restrict := func(c client.Client) error {
			if err := c.Get(ctx, client.ObjectKeyFromObject(org), org); err != nil {
				return err
			}
			org.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: []string{"0.0.0.0/1", "128.0.0.0/1"}}
			return c.Update(ctx, org)
		}
		Expect(warned(ctx, john, restrict)).To(ConsistOf(
			ContainSubstring("nobody can accept the pending invitations of "+org.Name), ContainSubstring("every address of 0.0.0.0/0")))
		i := lab.NewInvitation(org, lab.Person("carol"))
		Expect(warned(ctx, john, func(c client.Client) error { return c.Create(ctx, i) })).To(ConsistOf(
			ContainSubstring("nobody can accept this invitation")))
		l.EventuallySays(ctx, i, v1alpha1.ConditionReady, v1alpha1.ReasonEmailOnly, "spec.ipRestriction")
	})

	It("an invitation that is revoked when it comes (I10)", func(ctx context.Context) {
		i := lab.NewInvitation(org, lab.Person("bob"))
		i.Spec.Revoked = true
		Expect(warned(ctx, john, func(c client.Client) error { return c.Create(ctx, i, client.DryRunAll) })).To(ConsistOf(HaveSuffix("[I10]")))
	})

	It("the removal of the last member (R5)", func(ctx context.Context) {
		bob := l.Member(ctx, org, lab.Person("bob"), v1alpha1.RoleStandard)
		Expect(warned(ctx, john, func(c client.Client) error { return c.Delete(ctx, bob) })).To(ConsistOf(
			ContainSubstring("nobody but the super admin is left in " + org.Name)))
	})

	It("a trial whose end is over, or far (E2)", func(ctx context.Context) {
		move := func(end time.Time) func(client.Client) error {
			text := fmt.Sprintf(`{"spec":{"subscription":null,"trialEndsAt":%q}}`, end.UTC().Format(time.RFC3339))
			return func(c client.Client) error {
				return c.Patch(ctx, org.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(text)), client.DryRunAll)
			}
		}
		Expect(warned(ctx, "", move(time.Now().Add(-day)))).To(ConsistOf(ContainSubstring("it is suspended")))
		Expect(warned(ctx, "", move(time.Now().Add(1000*day)))).To(ConsistOf(ContainSubstring("more than a year from now")))
	})

	It("people and organizations over the limits of another policy, in a dry run too (L9)", func(ctx context.Context) {
		l.Member(ctx, org, lab.Person("bob"), v1alpha1.RoleStandard)
		policy := &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName}}
		policy.Spec.Limits = &v1alpha1.LimitsPolicy{OrganizationsPerUser: ptr.To[int32](0), CreatedOrganizationsPerUser: ptr.To[int32](0),
			CreatedCRMPlusPerUser: ptr.To[int32](0), InvitedCRMPlusPerUser: ptr.To[int32](0), InternalZohoOnePerUser: ptr.To[int32](0)}
		Expect(warned(ctx, "", func(c client.Client) error { return c.Create(ctx, policy.DeepCopy(), client.DryRunAll) })).To(ConsistOf(
			MatchRegexp(`^\d+ people and \d+ organizations? have more than this policy allows; they keep it, and get nothing new \[L9\]$`)))
	})
})

var _ = Describe("The inviter", func() {
	It("is the person whom the API server knows, whatever they write (R4)", func(ctx context.Context) {
		john := lab.Person("john")
		org := l.Organization(ctx, john, 9)
		invited := func(c client.Client, by string) *v1alpha1.Invitation {
			GinkgoHelper()
			i := lab.NewInvitation(org, lab.Person("bob"))
			i.Annotations = map[string]string{v1alpha1.InvitedByAnnotation: lab.Person("eve")}
			i.Spec.InvitedBy = by
			lab.Create(ctx, c, i)
			l.EventuallyReady(ctx, i)
			Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(i), i)).To(Succeed())
			return i
		}
		i := invited(l.As(john), "")
		Expect(i.Status.InvitedBy).To(Equal(john))
		Expect(invited(l.Platform, "").Status.InvitedBy).To(BeEmpty())
		mary := lab.Person("mary")
		Expect(invited(l.Platform, mary).Status.InvitedBy).To(Equal(mary), "whom a platform actor names")

		Expect(lab.Change(ctx, l.As(john), i, func(i *v1alpha1.Invitation) {
			i.Annotations[v1alpha1.InvitedByAnnotation] = mary
		})).To(lab.BeRefusedBy("R4"))
	})
})
