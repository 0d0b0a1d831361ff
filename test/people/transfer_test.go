// SPDX-License-Identifier: Apache-2.0

package people

import (
	"context"
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

var _ = Describe("A transfer of the super-admin role (R2)", func() {
	It("is one edit: then the former holder is Administrator, and the new one has all their rights", func(ctx SpecContext) {
		former, next := lab.Person("former"), lab.Person("next")
		org := cluster.Organization(ctx, former, 5)
		cluster.Member(ctx, org, next, v1alpha1.RoleAdministrator)

		Expect(finally(ctx, func() error { return transfer(ctx, as(next), org, next) })).To(lab.BeRefusedBy("R2"))
		Expect(finally(ctx, func() error { return transfer(ctx, as(former), org, next) })).To(Succeed())
		Expect(finally(ctx, func() error { return edit(ctx, as(former), org, `{"accessURL":{"name":"not-mine-anymore"}}`) })).To(lab.BeRefusedBy("A3"))
		eventuallyHeadedBy(ctx, org, next, former)

		m := membershipOf(ctx, org, former)
		Expect(finally(ctx, func() error { return edit(ctx, as(next), m, `{"role":"Standard"}`) })).To(Succeed())
		Expect(finally(ctx, func() error { return transfer(ctx, as(next), org, former) })).To(lab.BeRefusedBy("R2"))
		Expect(finally(ctx, func() error { return as(former).Delete(ctx, m) })).To(Succeed(), "R6")
	}, SpecTimeout(patient))

	It("goes only to an active, internal Administrator, and the refusal says so", func(ctx SpecContext) {
		owner := lab.Person("owner")
		org := cluster.Organization(ctx, owner, 9)
		for who, person := range unfit(ctx, org) {
			for _, c := range []string{owner, ""} {
				err := finally(ctx, func() error {
					if c == "" {
						return transfer(ctx, cluster.Platform, org, person)
					}
					return transfer(ctx, as(c), org, person)
				})
				Expect(err).To(And(lab.BeRefusedBy("R2"), MatchError(ContainSubstring(owner+" stays super admin"))), who)
			}
		}
		Expect(live(ctx, org).Spec.SuperAdmin).To(Equal(owner))
	}, SpecTimeout(patient))

	It("brings pending invitations with it, but never a fourth of one super admin to one person, even if two come at once (L7, L8)", func(ctx SpecContext) {
		next, guest := lab.Person("next"), lab.Person("guest")
		owners := []string{next, next, lab.Person("owner"), lab.Person("owner")}
		orgs := make([]*v1alpha1.Organization, len(owners))
		lab.InParallel(len(owners), func(i int) {
			orgs[i] = cluster.Organization(ctx, owners[i], 9)
			Expect(finally(ctx, func() error { return as(owners[i]).Create(ctx, lab.NewInvitation(orgs[i], guest)) })).To(Succeed())
		})
		coming := orgs[2:]
		for _, org := range coming {
			cluster.Member(ctx, org, next, v1alpha1.RoleAdministrator)
		}
		outcomes := race(ctx,
			func() error { return transfer(ctx, as(owners[2]), coming[0], next) },
			func() error { return transfer(ctx, as(owners[3]), coming[1], next) },
		)
		Expect(outcomes).To(ConsistOf(BeNil(), And(lab.BeRefusedBy("L7"), MatchError(ContainSubstring("used 4 of 3")))))
		headed := 0
		for _, org := range coming {
			if live(ctx, org).Spec.SuperAdmin == next {
				headed++
			}
		}
		Expect(headed).To(Equal(1))

		By("admitting the other transfer when an invitation is over")
		revoked := &v1alpha1.InvitationList{}
		Expect(cluster.Platform.List(ctx, revoked, inside(orgs[0]))).To(Succeed())
		Expect(finally(ctx, func() error { return edit(ctx, as(next), &revoked.Items[0], `{"revoked":true}`) })).To(Succeed())
		for i, org := range coming {
			if live(ctx, org).Spec.SuperAdmin != next {
				Expect(finally(ctx, func() error { return transfer(ctx, as(owners[2+i]), org, next) })).To(Succeed())
			}
		}
	}, SpecTimeout(patient))

	It("goes back and forth among many requests, and nobody ever sees two super admins or none", func(ctx SpecContext) {
		one, two := lab.Person("one"), lab.Person("two")
		org := cluster.Organization(ctx, one, 5)
		cluster.Member(ctx, org, two, v1alpha1.RoleAdministrator)
		began := seen.Revision()

		give := func(from, to string) func() error {
			c := as(from)
			return func() error { return transfer(ctx, c, org, to) }
		}
		requests := []func() error{give(one, two), give(two, one)}
		answers := lab.AtOnce(ctx, 60, func(i int) error { return requests[i%2]() })
		Expect(answers).To(HaveEach(Or(BeNil(), lab.BeRefusedBy("R2"))))
		Expect(lab.Succeeded(answers)).To(BeNumerically(">", 0))

		holder, former := live(ctx, org).Spec.SuperAdmin, one
		if holder == one {
			former = two
		}
		eventuallyHeadedBy(ctx, org, holder, former)
		Expect(administratorsLost(seen.Settled(ctx), began, org, one, two)).To(BeEmpty())
		Expect(administers(record.Last(seen.Settled(ctx)), org, one)).To(BeTrue())
	}, SpecTimeout(patient))
})

// unfit are people who cannot be super admin, each for one reason.
func unfit(ctx context.Context, org *v1alpha1.Organization) map[string]string {
	GinkgoHelper()
	all := map[string]string{"a stranger": lab.Person("stranger"), "a Standard member": lab.Person("standard"),
		"a suspended Administrator": lab.Person("suspended"), "an external Administrator": lab.Person("external"),
		"somebody invited": lab.Person("invited")}
	join(ctx, org, v1alpha1.RoleStandard, all["a Standard member"])
	invitation := lab.NewInvitation(org, all["somebody invited"])
	invitation.Spec.Role = v1alpha1.RoleAdministrator
	suspended := lab.NewMembership(org, all["a suspended Administrator"], v1alpha1.RoleAdministrator)
	suspended.Spec.Suspended = true
	external := lab.NewMembership(org, all["an external Administrator"], v1alpha1.RoleAdministrator)
	external.Spec.UserType = v1alpha1.UserTypeExternal
	Expect(finally(ctx, func() error { return cluster.Platform.Create(ctx, invitation) })).To(Succeed())
	Expect(finally(ctx, func() error { return cluster.Platform.Create(ctx, suspended) })).To(Succeed())
	Expect(finally(ctx, func() error { return cluster.Platform.Create(ctx, external) })).To(Succeed())
	return all
}

// membershipOf is a person's membership of an organization.
func membershipOf(ctx context.Context, org *v1alpha1.Organization, email string) *v1alpha1.Membership {
	GinkgoHelper()
	all := memberships(ctx, org)
	Expect(all).To(HaveKey(email))
	return all[email]
}

func memberships(ctx context.Context, org *v1alpha1.Organization) map[string]*v1alpha1.Membership {
	GinkgoHelper()
	var list v1alpha1.MembershipList
	Expect(cluster.Platform.List(ctx, &list, inside(org))).To(Succeed())
	all := map[string]*v1alpha1.Membership{}
	for i := range list.Items {
		all[list.Items[i].Spec.User] = &list.Items[i]
	}
	return all
}

// eventuallyHeadedBy expects one super admin in every view of the organization, and the former one as Administrator (R1).
func eventuallyHeadedBy(ctx context.Context, org *v1alpha1.Organization, holder, former string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		inForce := map[v1alpha1.Role][]string{}
		for email, m := range memberships(ctx, org) {
			inForce[m.Status.Role] = append(inForce[m.Status.Role], email)
		}
		g.Expect(inForce[v1alpha1.RoleSuperAdmin]).To(ConsistOf(holder))
		g.Expect(inForce[v1alpha1.RoleAdministrator]).To(ContainElement(former))
		g.Expect(listed(ctx, holder, org)).To(Equal(v1alpha1.RoleSuperAdmin))
		g.Expect(listed(ctx, former, org)).To(Equal(v1alpha1.RoleAdministrator))
	}).WithContext(ctx).Should(Succeed())
}

// listed is the role in a person's own list of organizations.
func listed(ctx context.Context, email string, org *v1alpha1.Organization) v1alpha1.Role {
	GinkgoHelper()
	if u := cluster.User(ctx, email); u != nil {
		for _, o := range u.Status.Organizations {
			if o.Name == org.Name {
				return o.Role
			}
		}
	}
	return ""
}

// administratorsLost goes through the history since a revision, and reports people without the rights of an administrator in the
// organization's namespace. A transfer takes these rights from neither of two.
func administratorsLost(history []record.Moment, since int64, org *v1alpha1.Organization, people ...string) (lost []string) {
	w := record.World{}
	for _, m := range history {
		w.Apply(m)
		if m.ID.Kind != "RoleBinding" || m.ID.Namespace != lab.NamespaceOf(org) || m.Revision <= since {
			continue
		}
		for _, person := range people {
			if !administers(w, org, person) {
				lost = append(lost, fmt.Sprintf("revision %d: %s", m.Revision, person))
			}
		}
	}
	return lost
}

func administers(w record.World, org *v1alpha1.Organization, person string) bool {
	for id, o := range w {
		b, ok := o.(*rbacv1.RoleBinding)
		if ok && id.Namespace == lab.NamespaceOf(org) && b.RoleRef.Name == "polyorg-organization-admin" &&
			slices.ContainsFunc(b.Subjects, func(s rbacv1.Subject) bool { return s.Name == person }) {
			return true
		}
	}
	return false
}
