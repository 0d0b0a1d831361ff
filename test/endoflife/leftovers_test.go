// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/domains"
	"github.com/polyorg/polyorg/test/lab"
)

// furnished makes an organization with some objects of every kind, and returns it with the answer of somebody who joined.
func furnished(ctx context.Context, john string) (*v1alpha1.Organization, *v1alpha1.InvitationResponse) {
	GinkgoHelper()
	org := l.Organization(ctx, john, 20)
	Expect(lab.Change(ctx, l.Platform, org, func(o *v1alpha1.Organization) {
		o.Spec.AccessURL = &v1alpha1.AccessURL{Name: lab.Unique("shop"), CustomDomain: lab.Unique("crm") + ".zylker.com"}
		o.Annotations = map[string]string{v1alpha1.DomainProofWaivedAnnotation: o.Spec.AccessURL.CustomDomain}
	})).To(Succeed())
	l.Member(ctx, org, lab.Person("alice"), v1alpha1.RoleAdministrator)
	suspended := lab.NewMembership(org, lab.Person("carol"), v1alpha1.RoleStandard)
	suspended.Spec.Suspended = true
	lab.Create(ctx, l.Platform, suspended)
	l.EventuallyReady(ctx, lab.Create(ctx, l.Platform, lab.NewInvitation(org, lab.Person("dave"))))
	revoked := lab.Create(ctx, l.Platform, lab.NewInvitation(org, lab.Person("erin")))
	Expect(lab.Change(ctx, l.Platform, revoked, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })).To(Succeed())
	l.EventuallyReady(ctx, lab.Create(ctx, l.Platform, lab.NewBinding(org, "ZohoDesk", lab.Unique("desk"))))
	answer := accept(ctx, lab.Create(ctx, l.Platform, lab.NewInvitation(org, lab.Person("bob"))))
	Eventually(func(g Gomega) {
		g.Expect(l.Platform.Get(ctx, key(org), org)).To(Succeed())
		g.Expect(org.Status.Hosts).To(HaveLen(2))
		g.Expect(org.Status.PreviousHosts).To(HaveLen(1))
	}).WithContext(ctx).Should(Succeed())
	return org, answer
}

// domainKeys is the Secret that the operator makes with the first custom domain, and keeps.
const domainKeys = "secrets. polyorg-system/" + domains.SecretName

// left are the names of all objects that exist now and did not exist before.
func left(ctx context.Context, before sets.Set[string]) []string {
	var more []string
	for name := range listing(ctx) {
		if !before.Has(name) && name != domainKeys {
			more = append(more, name)
		}
	}
	return more
}

var _ = Describe("An organization that is deleted (O7)", func() {
	It("leaves nothing but its hosts' reservations, for every way to delete it", func(ctx context.Context) {
		before := listing(ctx)
		ways := [][]string{{}, {"--cascade=orphan"}, {"--cascade=foreground"}, {"--force", "--grace-period=0"}}
		var ended []*v1alpha1.Organization
		var hosts []string
		for _, flags := range ways {
			org, answer := furnished(ctx, lab.Person("john"))
			Expect(left(ctx, before)).To(ContainElements(
				"organizations.polyorg.io /"+org.Name, "namespaces. /"+lab.NamespaceOf(org), "invitationresponses.polyorg.io /"+answer.Name,
				"clusterroles.rbac.authorization.k8s.io /polyorg:organization:"+org.Name,
			), "or this test would not see it go")
			hosts = append(append(hosts, org.Status.Hosts...), org.Status.PreviousHosts[0].Host)
			said, err := l.Kubectl(ctx, append([]string{"delete", "org", org.Name, "--wait=false"}, flags...)...)
			Expect(err).NotTo(HaveOccurred(), said)
			ended = append(ended, org)
		}
		for _, org := range ended {
			l.EventuallyGone(ctx, org)
		}
		var reserved []any
		for _, host := range hosts {
			reserved = append(reserved, "hostreservations.polyorg.io /"+host)
		}
		Eventually(func() []string { return left(ctx, before) }).WithContext(ctx).Should(ConsistOf(reserved...))
		for _, host := range hosts {
			h := &v1alpha1.HostReservation{}
			Expect(l.Platform.Get(ctx, client.ObjectKey{Name: host}, h)).To(Succeed())
			Expect(h.Spec.RedirectTo).To(BeEmpty())
		}
	})

	It("can be created again as a new one: without the former members, and with a new trial", func(ctx context.Context) {
		john, alice := lab.Person("john"), lab.Person("alice")
		former := l.Organization(ctx, john, 0)
		l.Member(ctx, former, alice, v1alpha1.RoleAdministrator)
		Expect(l.Platform.Delete(ctx, former)).To(Succeed())
		l.EventuallyGone(ctx, former)

		later := lab.NewOrganization(john, 0)
		later.Name = former.Name
		Expect(l.Platform.Create(ctx, later.DeepCopy())).To(lab.BeRefusedBy("A2"), "its host is reserved to the former")
		later.Spec.AccessURL = &v1alpha1.AccessURL{Name: lab.Unique("shop")}
		l.EventuallyReady(ctx, lab.Create(ctx, l.Platform, later))
		Expect(later.UID).NotTo(Equal(former.UID))
		Expect(later.Status.Trial.StartedAt).To(Equal(later.CreationTimestamp))
		var members v1alpha1.MembershipList
		Expect(l.Platform.List(ctx, &members, client.InNamespace(lab.NamespaceOf(later)))).To(Succeed())
		Expect(members.Items).To(ConsistOf(HaveField("Spec.User", john)))
		err := l.As(alice).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace(lab.NamespaceOf(later)))
		Expect(err).To(lab.BeRefusedByRBAC())
		Eventually(func() *v1alpha1.User { return l.User(ctx, alice) }).WithContext(ctx).Should(BeNil())
		Eventually(func(g Gomega) {
			g.Expect(l.User(ctx, john)).To(HaveValue(HaveField("Status.Organizations", ConsistOf(HaveField("Name", later.Name)))))
		}).WithContext(ctx).Should(Succeed())
	})

	It("is not deleted while it is protected, not by the cluster's administrator either", func(ctx context.Context) {
		org := l.Organization(ctx, lab.Person("john"), 0, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true })
		other := l.Organization(ctx, lab.Person("mary"), 0)
		for _, flags := range [][]string{{org.Name}, {org.Name, "--force", "--grace-period=0"}, {"--all"}} {
			said, err := l.Kubectl(ctx, append([]string{"delete", "org", "--wait=false"}, flags...)...)
			Expect(err).To(HaveOccurred(), said)
			Expect(said).To(ContainSubstring("set spec.deletionProtection to false first [O7]"))
		}
		l.EventuallyReady(ctx, org)
		err := l.Platform.Get(ctx, key(other), other)
		Expect(apierrors.IsNotFound(err) || other.DeletionTimestamp != nil).To(BeTrue(), "this one is not protected")
		Expect(lab.Change(ctx, l.Platform, org, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = false })).To(Succeed())
		Expect(l.Platform.Delete(ctx, org)).To(Succeed())
	})

	It("allows the deletion of its namespace with the very next request, as tools delete both at once", func(ctx context.Context) {
		for range 20 {
			org := l.Organization(ctx, lab.Person("john"), 0)
			ns := lab.NewNamespace(org)
			Expect(l.Platform.Delete(ctx, ns)).To(MatchError(ContainSubstring("helm.sh/resource-policy: keep")))
			Expect(l.Platform.Delete(ctx, org, client.DryRunAll)).To(Succeed())
			Expect(l.Platform.Delete(ctx, ns)).To(Satisfy(apierrors.IsForbidden), "nothing was deleted yet")
			Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, org) })).To(Succeed())
			Expect(client.IgnoreNotFound(l.Platform.Delete(ctx, ns))).To(Succeed())
		}
	})

	It("guards the namespace again if its own deletion fails", func(ctx context.Context) {
		org := l.Organization(ctx, lab.Person("john"), 0)
		ns := lab.NewNamespace(org)
		asOperator := l.As("system:serviceaccount:"+lab.SystemNamespace+":polyorg-operator", "system:serviceaccounts")
		opened := fmt.Sprintf(`{"metadata":{"labels":{%q:"%d"}}}`, v1alpha1.OrganizationEndingLabel, time.Now().Add(-time.Hour).Unix())
		Expect(asOperator.Patch(ctx, ns, client.RawPatch(types.MergePatchType, []byte(opened)))).To(Succeed(), "as admission did an hour ago")
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, key(ns), ns)).To(Succeed())
			g.Expect(ns.Labels).NotTo(HaveKey(v1alpha1.OrganizationEndingLabel))
		}).WithContext(ctx).Should(Succeed())
		Expect(l.Platform.Delete(ctx, ns)).To(MatchError(ContainSubstring("[O7]")))
	})

	It("does not guard a namespace that only has its name", func(ctx context.Context) {
		ns := lab.Create(ctx, l.Platform, lab.NewNamespace(lab.NewOrganization(lab.Person("john"), 0)))
		Expect(l.Platform.Delete(ctx, ns)).To(Succeed(), "there is no organization with which it would go")
	})
})
