// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// review asks as somebody, and returns the answer.
func review(ctx context.Context, as client.Client, spec v1alpha1.SelfReviewSpec) (v1alpha1.SelfReviewStatus, error) {
	r := &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}, Spec: spec}
	err := lab.Insist(ctx, func() error { return as.Create(ctx, r, client.DryRunAll) })
	return r.Status, err
}

var _ = Describe("A person's review of themselves", Ordered, func() {
	var (
		john, alice string
		own, joined *v1alpha1.Organization
		trialEnd    = metav1.NewTime(time.Now().Add(24 * time.Hour).Truncate(time.Second))
		as          client.Client // john, with self-service and no more
	)
	BeforeAll(func(ctx context.Context) {
		john, alice = lab.Person("john"), lab.Person("alice")
		own, joined = lab.NewOrganization(john, 0), l.Organization(ctx, alice, 10)
		own.Spec.TrialEndsAt = &trialEnd
		lab.Create(ctx, l.Platform, own)
		l.EventuallyReady(ctx, own)
		l.Member(ctx, joined, john, v1alpha1.RoleStandard)
		as = l.As(john, customers)
	}, NodeTimeout(3*time.Minute))

	It("R9: shows their organizations, their default and their limits", func(ctx context.Context) {
		Eventually(func(g Gomega) {
			got, err := review(ctx, as, v1alpha1.SelfReviewSpec{})
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got.User).To(Equal(john))
			g.Expect(got.Organizations).To(ConsistOf(
				And(HaveField("Name", own.Name), HaveField("Role", v1alpha1.RoleSuperAdmin), HaveField("Default", true),
					HaveField("Reason", v1alpha1.MembershipActive), HaveField("AccessURL", Not(BeEmpty())), HaveField("DisplayName", "Zylker"),
					HaveField("TrialEndsAt.Time", BeTemporally("==", trialEnd.Time))),
				And(HaveField("Name", joined.Name), HaveField("Role", v1alpha1.RoleStandard), HaveField("Default", false), HaveField("Active", true), HaveField("TrialEndsAt", BeNil())),
			))
			g.Expect(got.DefaultOrganization).To(Equal(own.Name))
			g.Expect(got.Usage.Organizations.Summary).To(Equal("2/10"))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(time.Minute))

	It("I5, I6: shows who invites, and counts what waits for an e-mail", func(ctx context.Context) {
		plus := lab.NewOrganization(alice, 0)
		plus.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionCRMPlus, Licenses: 10}
		lab.Create(ctx, l.Platform, plus)
		other := l.Organization(ctx, alice, 10)
		l.EventuallyReady(ctx, plus)
		listed, byEmail := lab.NewInvitation(other, john), lab.NewInvitation(plus, john)
		listed.Spec.InvitedBy = alice
		lab.Create(ctx, l.Platform, listed)
		lab.Create(ctx, l.Platform, byEmail)
		Eventually(func(g Gomega) {
			got, err := review(ctx, as, v1alpha1.SelfReviewSpec{})
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(got.Invitations).To(ConsistOf(And(
				HaveField("Organization", other.Name), HaveField("Name", listed.Name), HaveField("InvitedBy", alice), HaveField("Role", v1alpha1.RoleStandard))))
			g.Expect(got.InvitationsByEmail).To(Equal(int32(1)))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(2*time.Minute))

	It("R4: shows the whole Organization to who administers it", func(ctx context.Context) {
		got, err := review(ctx, as, v1alpha1.SelfReviewSpec{Organization: own.Name})
		Expect(err).NotTo(HaveOccurred())
		var whole v1alpha1.Organization
		Expect(json.Unmarshal(got.Organization.Raw, &whole)).To(Succeed())
		Expect(whole.Spec).To(Equal(own.Spec))
		_, err = review(ctx, as, v1alpha1.SelfReviewSpec{Organization: joined.Name})
		Expect(err).To(lab.BeRefusedBy("R4"))
		_, nowhere := review(ctx, as, v1alpha1.SelfReviewSpec{Organization: "nowhere"})
		Expect(nowhere).To(MatchError(err.Error()), "U3")
	}, NodeTimeout(time.Minute))

	It("U3: is nobody else's", func(ctx context.Context) {
		_, err := review(ctx, as, v1alpha1.SelfReviewSpec{User: alice})
		Expect(err).To(lab.BeRefusedBy("U3"))
		got, err := review(ctx, l.Platform, v1alpha1.SelfReviewSpec{User: alice})
		Expect(err).NotTo(HaveOccurred())
		Expect(got.User).To(Equal(alice))
	}, NodeTimeout(time.Minute))

	It("R9: is not stored", func(ctx context.Context) {
		Expect(as.Create(ctx, &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}})).To(lab.BeRefusedBy("R9"))
		Expect(l.Platform.Create(ctx, &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}})).To(lab.BeRefusedBy("R9"))
		var all v1alpha1.SelfReviewList
		Expect(l.Platform.List(ctx, &all)).To(Succeed())
		Expect(all.Items).To(BeEmpty())
	}, NodeTimeout(time.Minute))

	It("comes to kubectl, with a certificate and no role but self-service", func() {
		file := filepath.Join(GinkgoT().TempDir(), "review.yaml")
		Expect(os.WriteFile(file, []byte("apiVersion: polyorg.io/v1alpha1\nkind: SelfReview\nmetadata: { name: me }\n"), 0o600)).To(Succeed())
		said := kubectlOf(john, customers).succeeds("create", "--dry-run=server", "--output=yaml", "--filename="+file)
		Expect(said).To(ContainSubstring("name: " + own.Name))
		Expect(kubectlOf(john, customers).fails("create", "--filename="+file)).To(ContainSubstring("--dry-run=server"))
	})
})
