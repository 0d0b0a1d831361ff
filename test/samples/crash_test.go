// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	branches   = 40 // organizations that all want the same user
	places     = 10 // how many of them a user can be in (L1)
	hands      = 8  // requests at once, at most
	guests     = 12 // people who accept an invitation meanwhile
	wanted     = "wanted@zylker.com"
	impatience = 4 * time.Minute // more than the journal's drop time, and than a new leader takes
)

// The order matters: each part uses the objects of the one before.
var _ = Describe("Replicas that are killed", Ordered, func() {
	var refused int

	BeforeAll(func(ctx context.Context) {
		said, err := kubectl(ctx, "apply", "-f", samplesDir+"/10-self-service.yaml") // guests may answer
		Expect(err).NotTo(HaveOccurred(), said)
		lab.AtMost(hands, branches, func(i int) { found(ctx, i) })
		lab.AtMost(hands, guests, func(i int) { invite(ctx, i) })
	}, NodeTimeout(impatience))

	It("lose no request that came meanwhile", func(ctx context.Context) {
		var full atomic.Int32
		acts := mixed(
			each(branches, func(i int) {
				if !provision(ctx, i) {
					full.Add(1)
				}
			}),
			each(guests, func(i int) { accept(ctx, i) }),
		)
		crashes := [][]int{{0}, {1}, {0, 1}, {1, 0}, {0, 1}}
		waves := slices.Collect(slices.Chunk(acts, (len(acts)+len(crashes)-1)/len(crashes)))
		Expect(waves).To(HaveLen(len(crashes)))
		for i, wave := range waves {
			wave = slices.Insert(slices.Clone(wave), 3, func() { crash(ctx, crashes[i]...) })
			lab.AtMost(hands, len(wave), func(i int) { wave[i]() })
		}
		refused = int(full.Load())
		Expect(retries.Load()).To(BeNumerically(">", 0), "no crash was felt")
	}, NodeTimeout(2*impatience))

	It("grant exactly the free places", func(ctx context.Context) {
		Expect(refused).To(Equal(branches - places))
		Eventually(func(g Gomega) {
			members := membershipsOf(ctx, wanted)
			g.Expect(members).To(HaveLen(places))
			for _, m := range members {
				g.Expect(meta.IsStatusConditionTrue(m.Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue(), m.Namespace)
			}
			g.Expect(personOf(ctx, g, wanted).used).To(Equal("10/10"))
			g.Expect(accessOf(ctx, g, wanted)).To(ConsistOf(namespacesOf(members)), "access where there is membership, and nowhere else")
		}).Should(Succeed())
	}, NodeTimeout(impatience))

	It("carry out every acceptance, once", func(ctx context.Context) {
		for i := range guests {
			Eventually(func(g Gomega) {
				var invitation v1alpha1.Invitation
				g.Expect(platform.Get(ctx, client.ObjectKey{Namespace: namespaceOf(i), Name: "guest"}, &invitation)).To(Succeed())
				g.Expect(invitation.Status.State).To(Equal(v1alpha1.InvitationAccepted))
				joined := membershipsOf(ctx, guest(i))
				g.Expect(joined).To(HaveLen(1))
				g.Expect(joined[0].Name).To(Equal(invitation.Status.Membership))
				g.Expect(joined[0].Spec.Origin).To(Equal(v1alpha1.OriginInvited))
				g.Expect(meta.IsStatusConditionTrue(joined[0].Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue())
			}).Should(Succeed())
		}
	}, NodeTimeout(impatience))

	It("leave nothing in the journal", func(ctx context.Context) {
		Eventually(func(g Gomega) []*facts.Entry {
			record, err := journal.Read(ctx, platform, "polyorg-system")
			g.Expect(err).NotTo(HaveOccurred())
			return record.Entries
		}).WithTimeout(impatience).Should(BeEmpty())
	}, NodeTimeout(impatience+time.Minute))
})

// each makes a function for every number below n.
func each(n int, do func(i int)) []func() {
	all := make([]func(), n)
	for i := range n {
		all[i] = func() { do(i) }
	}
	return all
}

// mixed spreads the fewer functions evenly among the many.
func mixed(many, few []func()) []func() {
	var all []func()
	for i, act := range many {
		all = append(all, act)
		for len(few)*(i+1)/len(many) > len(all)-i-1 {
			all = append(all, few[len(all)-i-1])
		}
	}
	return all
}

// retries counts the requests that were sent again.
var retries atomic.Int64

// crash kills replicas, all of them before the first starts again.
func crash(ctx context.Context, replicas ...int) {
	GinkgoHelper()
	for _, i := range replicas {
		Expect(cluster.Operator.Kill(i)).To(Succeed())
	}
	for _, i := range replicas {
		Expect(cluster.Operator.Restart(ctx, i)).To(Succeed())
	}
}

func branch(i int) string      { return fmt.Sprintf("storm-%02d", i) }
func namespaceOf(i int) string { return v1alpha1.NamespacePrefix + branch(i) }
func guest(i int) string       { return fmt.Sprintf("guest-%02d@zylker.com", i) }

// found makes an organization and waits for it.
func found(ctx context.Context, i int) {
	GinkgoHelper()
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: branch(i)}, Spec: v1alpha1.OrganizationSpec{
		DisplayName: "Storm", SuperAdmin: fmt.Sprintf("owner-%02d@zylker.com", i),
		Subscription: &v1alpha1.Subscription{Edition: v1alpha1.EditionStandard, Licenses: 5},
	}}
	Expect(insist(ctx, platform, org)).To(Succeed())
	Eventually(func(g Gomega) {
		g.Expect(platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
		g.Expect(meta.IsStatusConditionTrue(org.Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue())
	}).Should(Succeed())
}

func invite(ctx context.Context, i int) {
	GinkgoHelper()
	Expect(insist(ctx, platform, &v1alpha1.Invitation{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespaceOf(i), Name: "guest"},
		Spec:       v1alpha1.InvitationSpec{Email: guest(i), Role: v1alpha1.RoleStandard},
	})).To(Succeed())
}

func accept(ctx context.Context, i int) {
	GinkgoHelper()
	err := insist(ctx, cluster.As(guest(i)), &v1alpha1.InvitationResponse{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "guest-"},
		Spec: v1alpha1.InvitationResponseSpec{
			Invitation: &v1alpha1.InvitationReference{Namespace: namespaceOf(i), Name: "guest"}, Decision: v1alpha1.DecisionAccept,
		},
	})
	// An answer has a new name at each try. If it exists already, only the response to an earlier try was lost.
	Expect(err).To(Or(Not(HaveOccurred()), lab.BeRefusedBy("I2")))
}

// provision asks for one more membership of the wanted user, and reports whether there was a place.
func provision(ctx context.Context, i int) bool {
	GinkgoHelper()
	err := insist(ctx, platform, &v1alpha1.Membership{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespaceOf(i), Name: "wanted"},
		Spec:       v1alpha1.MembershipSpec{User: wanted, Role: v1alpha1.RoleStandard},
	})
	if err != nil {
		Expect(err).To(MatchError(ContainSubstring("LimitExceeded: wanted@zylker.com is in as many organizations")))
		Expect(err).To(MatchError(ContainSubstring("(used 10 of 10) [L1]")))
	}
	return err == nil
}

// accessOf are the namespaces in which a person has rights.
func accessOf(ctx context.Context, g Gomega, email string) (namespaces []string) {
	var all rbacv1.RoleBindingList
	g.Expect(platform.List(ctx, &all)).To(Succeed())
	for i := range all.Items {
		for _, subject := range all.Items[i].Subjects {
			if subject.Name == email {
				namespaces = append(namespaces, all.Items[i].Namespace)
			}
		}
	}
	return namespaces
}

func namespacesOf(members []v1alpha1.Membership) []string {
	namespaces := make([]string, len(members))
	for i := range members {
		namespaces[i] = members[i].Namespace
	}
	return namespaces
}

// insist creates an object as clients do: it asks again after "try again", or without an answer. If only the response to a creation was
// lost, the object exists.
func insist(ctx context.Context, c client.Client, obj client.Object) error {
	var last error
	err := wait.PollUntilContextCancel(ctx, 250*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		attempt := obj.DeepCopyObject().(client.Object)
		last = c.Create(ctx, attempt)
		switch {
		case last == nil, apierrors.IsAlreadyExists(last):
			return true, nil
		case again(last):
			retries.Add(1)
			return false, nil
		}
		return false, last
	})
	if err != nil && err != last { //nolint:errorlint // the very same
		return fmt.Errorf("%w: %w", err, last)
	}
	return err
}

// again reports whether an answer asks for another try: contention, or no operator to judge.
func again(err error) bool {
	return apierrors.IsTooManyRequests(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsInternalError(err) ||
		apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err)
}
