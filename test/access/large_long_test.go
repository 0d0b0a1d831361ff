// SPDX-License-Identifier: Apache-2.0

//go:build long

package access

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	// crowd is how many members the large organization has, beside its super admin.
	crowd = 5000
	// staff is how many of them administer it: too many for one binding.
	staff = 600
)

var _ = Describe("A large organization", func() {
	It("takes away one person's access by one write", func(ctx context.Context) {
		s := &scene{org: l.Organization(ctx, lab.Person("boss"), 2*crowd)}
		s.fill(ctx)
		awaitQuiet(ctx)
		before := s.bindings(ctx)
		Expect(before).To(HaveLen(bindingsFor(staff+1) + bindingsFor(crowd-staff)))
		var own rbacv1.ClusterRoleBindingList
		Expect(l.Platform.List(ctx, &own, client.MatchingLabels{v1alpha1.OrganizationLabel: s.org.Name})).To(Succeed())
		Expect(own.Items).To(HaveLen(bindingsFor(staff + 1)))
		last := fmt.Sprintf("crowd-%04d@%s.com", staff-1, s.org.Name)
		Expect(l.As(last).Get(ctx, client.ObjectKeyFromObject(s.org), &v1alpha1.Organization{})).To(Succeed())

		first := fmt.Sprintf("crowd-%04d@%s.com", staff, s.org.Name)
		c := l.As(first)
		Eventually(func() error { return listsTheMembers(ctx, c, s) }).WithContext(ctx).Should(Succeed())
		s.member = &v1alpha1.Membership{ObjectMeta: inside(&stage{own: s.org}, identity.ObjectName(first))}
		Expect(suspends(ctx, l.Platform, s)).To(Succeed())
		lost := time.Now()
		Eventually(func() error { return listsTheMembers(ctx, c, s) }).WithContext(ctx).WithPolling(time.Millisecond).Should(lab.BeRefusedByRBAC())
		AddReportEntry("from the answer to the write until the first refusal", time.Since(lost))

		changed := func(g Gomega) []string {
			after := s.bindings(ctx)
			g.Expect(after).To(HaveLen(len(before)))
			maps.DeleteFunc(after, func(name, version string) bool { return before[name] == version })
			return slices.Collect(maps.Keys(after))
		}
		Consistently(changed).WithContext(ctx).Should(HaveLen(1))
	}, NodeTimeout(15*time.Minute))
})

// bindingsFor is how many bindings so many people take, at 500 each.
func bindingsFor(people int) int { return (people + 499) / 500 }

// fill makes the members past admission, because this test is not about admission, and returns when all have access.
func (s *scene) fill(ctx context.Context) {
	GinkgoHelper()
	const hands = 32
	answers := lab.AtOnce(ctx, hands, func(hand int) error {
		for i := hand; i < crowd; i += hands {
			m := past(lab.NewMembership(s.org, fmt.Sprintf("crowd-%04d@%s.com", i, s.org.Name), v1alpha1.RoleStandard))
			if i < staff {
				m.Spec.Role = v1alpha1.RoleAdministrator
			}
			m.Name = identity.ObjectName(m.Spec.User)
			if err := client.IgnoreAlreadyExists(l.Platform.Create(ctx, m)); err != nil {
				return err
			}
		}
		return nil
	})
	Expect(lab.Succeeded(answers)).To(Equal(hands), "%v", answers)
	Eventually(func(g Gomega) int {
		var all rbacv1.RoleBindingList
		g.Expect(l.Platform.List(ctx, &all, client.InNamespace(lab.NamespaceOf(s.org)))).To(Succeed())
		named := 0
		for i := range all.Items {
			named += len(all.Items[i].Subjects)
		}
		return named
	}).WithContext(ctx).WithTimeout(10 * time.Minute).WithPolling(time.Second).Should(Equal(crowd + 1))
}

// awaitQuiet returns when the operator has nothing left to write about people.
func awaitQuiet(ctx context.Context) {
	GinkgoHelper()
	var last []string
	Eventually(func(g Gomega) bool {
		var members v1alpha1.MembershipList
		var users v1alpha1.UserList
		g.Expect(l.Platform.List(ctx, &members)).To(Succeed())
		g.Expect(l.Platform.List(ctx, &users)).To(Succeed())
		var versions []string
		for i := range members.Items {
			versions = append(versions, members.Items[i].ResourceVersion)
		}
		for i := range users.Items {
			versions = append(versions, users.Items[i].ResourceVersion)
		}
		same := slices.Equal(last, versions)
		last = versions
		return same
	}).WithContext(ctx).WithTimeout(10 * time.Minute).WithPolling(5 * time.Second).Should(BeTrue())
}

// bindings are the versions of the organization's RoleBindings, by name.
func (s *scene) bindings(ctx context.Context) map[string]string {
	GinkgoHelper()
	var all rbacv1.RoleBindingList
	Expect(l.Platform.List(ctx, &all, client.InNamespace(lab.NamespaceOf(s.org)))).To(Succeed())
	versions := map[string]string{}
	for i := range all.Items {
		versions[all.Items[i].Name] = all.Items[i].ResourceVersion
	}
	return versions
}
