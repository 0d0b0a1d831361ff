// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

// stored is the journal as an object.
func stored(ctx context.Context) *corev1.ConfigMap {
	GinkgoHelper()
	j := &corev1.ConfigMap{}
	Expect(platform.Get(ctx, client.ObjectKey{Namespace: systemNS, Name: journal.Name}, j)).To(Succeed())
	return j
}

// recorded is the journal's content.
func recorded(ctx context.Context) *journal.Record {
	GinkgoHelper()
	record, err := journal.Parse(stored(ctx))
	Expect(err).NotTo(HaveOccurred())
	return record
}

// entriesOf counts the open entries of a namespace.
func entriesOf(ctx context.Context, namespace string) (n int) {
	GinkgoHelper()
	for _, e := range recorded(ctx).Entries {
		if e.Namespace == namespace {
			n++
		}
	}
	return n
}

// once creates an object as a client does that does not try again by itself.
func once(ctx context.Context, plural string, obj client.Object) error {
	GinkgoHelper()
	return lab.Once(ctx, control.Config(), plural, obj)
}

var _ = Describe("The journal", func() {
	It("is the first of this cluster, and open at once", func(ctx SpecContext) {
		Expect(recorded(ctx).UID).To(Equal(stored(ctx).UID))
		Expect(stored(ctx).Finalizers).To(ContainElement(journal.Finalizer))
		organization(ctx, lab.Person("owner"), 9)
		Expect(stored(ctx).ManagedFields).To(BeEmpty(), "nobody shares its fields, so they need no account")
	})

	It("judges a dry run like any other request, and leaves no entry for it", func(ctx SpecContext) {
		org, user := organization(ctx, lab.Person("owner"), 2), lab.Person("gina")
		for range 5 {
			Expect(platform.Create(ctx, lab.NewMembership(org, user, v1alpha1.RoleStandard), client.DryRunAll)).To(Succeed())
		}
		Expect(entriesOf(ctx, v1alpha1.NamespacePrefix+org.Name)).To(BeZero())
		Expect(platform.Create(ctx, lab.NewMembership(org, user, v1alpha1.RoleStandard))).To(Succeed())
		Expect(lab.Insist(ctx, func() error {
			return platform.Create(ctx, lab.NewMembership(org, lab.Person("hal"), v1alpha1.RoleStandard), client.DryRunAll)
		})).To(MatchError(ContainSubstring("[E5]")))
	})

	It("leaves nothing behind for a refusal", func(ctx SpecContext) {
		org := organization(ctx, lab.Person("owner"), 1)
		var before string
		Eventually(func() []*facts.Entry {
			object := stored(ctx)
			record, err := journal.Parse(object)
			Expect(err).NotTo(HaveOccurred())
			before = object.ResourceVersion
			return record.Entries
		}, 4*dropTime).Should(BeEmpty())
		Expect(platform.Create(ctx, lab.NewMembership(org, lab.Person("ida"), v1alpha1.RoleStandard))).To(MatchError(ContainSubstring("[E5]")))
		Expect(stored(ctx).ResourceVersion).To(Equal(before), "a refusal writes nothing")
	})

	It("answers AlreadyExists for a taken name, whatever the limits", func(ctx SpecContext) {
		org := organization(ctx, lab.Person("owner"), 9)
		m := lab.NewMembership(org, lab.Person("jo"), v1alpha1.RoleStandard)
		Expect(platform.Create(ctx, m.DeepCopy())).To(Succeed())
		again := lab.NewMembership(org, lab.Person("kim"), v1alpha1.RoleStandard)
		again.Name = m.Name
		Eventually(func() bool { return apierrors.IsAlreadyExists(platform.Create(ctx, again.DeepCopy())) }).Should(BeTrue())
	})

	It("holds the place of a creation that is refused after admission, tells others to retry, and drops it in time", func(ctx SpecContext) {
		org, user := organization(ctx, lab.Person("owner"), 2), lab.Person("lea")
		namespace := v1alpha1.NamespacePrefix + org.Name
		allowNone(ctx, "memberships", lab.NewMembership(org, user, v1alpha1.RoleStandard))
		Expect(platform.Create(ctx, lab.NewMembership(org, user, v1alpha1.RoleStandard))).To(MatchError(ContainSubstring("quota")))
		Expect(entriesOf(ctx, namespace)).To(Equal(1))
		err := once(ctx, "invitations", lab.NewInvitation(org, lab.Person("max")))
		Expect(apierrors.IsTooManyRequests(err)).To(BeTrue(), "contended, not refused: %v", err)
		Expect(err.(apierrors.APIStatus).Status().Details.RetryAfterSeconds).To(BeNumerically(">", 0))
		Expect(platform.Create(ctx, lab.NewInvitation(org, lab.Person("max")))).To(Succeed(), "a client that obeys gets its turn")
		Expect(entriesOf(ctx, namespace)).To(BeNumerically("<=", 1), "the phantom is gone")
	})

	It("stops nobody else during one person's storm of failing requests", func(ctx SpecContext) {
		owner := lab.Person("owner")
		org, other := organization(ctx, owner, 100), organization(ctx, lab.Person("owner"), 100)
		allowNone(ctx, "invitations", lab.NewInvitation(org, lab.Person("victim")))
		c := as(owner)
		storm, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		atOnce(storm, 45, func(int) error { return c.Create(storm, lab.NewInvitation(org, lab.Person("victim"))) })
		Expect(entriesOf(ctx, v1alpha1.NamespacePrefix+org.Name)).To(BeNumerically("<=", 32))
		Expect(platform.Create(ctx, lab.NewMembership(other, lab.Person("nora"), v1alpha1.RoleStandard))).To(Succeed())
	})
})

// allowNone makes a quota refuse, after admission, every new object like an example. It returns when the quota is in force.
func allowNone(ctx context.Context, resources string, example client.Object) {
	GinkgoHelper()
	Expect(platform.Create(ctx, &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Namespace: example.GetNamespace(), Name: "none"},
		Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{
			corev1.ResourceName("count/" + resources + "." + v1alpha1.GroupName): resource.MustParse("0")}},
	})).To(Succeed())
	Eventually(func() error {
		return platform.Create(ctx, example.DeepCopyObject().(client.Object), client.DryRunAll)
	}).Should(MatchError(ContainSubstring("quota")))
}
