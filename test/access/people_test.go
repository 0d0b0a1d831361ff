// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// These are the classes of people, by their role in one organization.
const (
	superAdmin    = "superadmin"
	administrator = "administrator"
	standard      = "standard"
	external      = "external"
	suspended     = "suspended"
	removed       = "removed"
	invitee       = "invitee"
	stranger      = "stranger" // the super admin of another organization
	nobody        = "nobody"   // signed in, and no more
	customer      = "customer" // a nobody in the group that has self-service
	platform      = "platform"
)

// stage is two organizations, and one person of each class.
type stage struct {
	own, other *v1alpha1.Organization
	people     map[string]string   // their user names
	groups     map[string][]string // beside system:authenticated
	// Others act on these members. They make no request.
	bystander, deputy *v1alpha1.Membership
	invitation        *v1alpha1.Invitation
}

func newStage(ctx context.Context) *stage {
	GinkgoHelper()
	s := &stage{people: map[string]string{}, groups: map[string][]string{customer: {customers}}}
	for _, who := range []string{superAdmin, administrator, standard, external, suspended, removed, invitee, stranger, nobody, customer} {
		s.people[who] = lab.Person(who)
	}
	s.people[platform] = lab.Unique("operations")
	lab.Bind(ctx, l.Platform, "polyorg-platform-admin", lab.Username(s.people[platform]))
	s.own = l.Organization(ctx, s.people[superAdmin], 50)
	s.other = l.Organization(ctx, s.people[stranger], 50)
	s.hire(ctx)
	return s
}

// hire gives everybody their role.
func (s *stage) hire(ctx context.Context) {
	GinkgoHelper()
	s.bystander = l.Member(ctx, s.own, lab.Person("bystander"), v1alpha1.RoleStandard)
	s.deputy = l.Member(ctx, s.own, lab.Person("deputy"), v1alpha1.RoleAdministrator)
	l.Member(ctx, s.own, s.people[administrator], v1alpha1.RoleAdministrator)
	l.Member(ctx, s.own, s.people[standard], v1alpha1.RoleStandard)
	outsider := lab.NewMembership(s.own, s.people[external], v1alpha1.RoleStandard)
	outsider.Spec.UserType = v1alpha1.UserTypeExternal
	s.invitation = lab.NewInvitation(s.own, s.people[invitee])
	for _, obj := range []client.Object{outsider, s.invitation} {
		lab.Create(ctx, l.Platform, obj)
	}
	resting := l.Member(ctx, s.own, s.people[suspended], v1alpha1.RoleAdministrator)
	Expect(lab.Change(ctx, l.Platform, resting, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })).To(Succeed())
	gone := l.Member(ctx, s.own, s.people[removed], v1alpha1.RoleAdministrator)
	Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, gone) })).To(Succeed())
}

// settle returns when everybody has the access of their role, and no more.
func (s *stage) settle(ctx context.Context) {
	GinkgoHelper()
	enters := func(who string, org *v1alpha1.Organization) func() string {
		return func() string { return answer(listMembers(ctx, s.by(impersonation, who), org)) }
	}
	for _, who := range []string{superAdmin, administrator, standard, external, platform} {
		Eventually(enters(who, s.own)).WithContext(ctx).Should(Equal(yes), who)
	}
	for _, who := range []string{suspended, removed} {
		Eventually(enters(who, s.own)).WithContext(ctx).Should(Equal(rbac), who)
	}
	Eventually(enters(stranger, s.other)).WithContext(ctx).Should(Equal(yes))
	for _, who := range []string{superAdmin, administrator} {
		Eventually(func() error {
			return s.by(impersonation, who).Get(ctx, client.ObjectKeyFromObject(s.own), &v1alpha1.Organization{})
		}).
			WithContext(ctx).Should(Succeed())
	}
}

// These are the ways to sign in.
const (
	impersonation = "by impersonation"
	certificate   = "by client certificate"
)

func (s *stage) by(means, who string) client.WithWatch {
	GinkgoHelper()
	if means == certificate {
		return l.WithCertificate(s.people[who], s.groups[who]...)
	}
	return l.As(s.people[who], s.groups[who]...)
}

// everybody is the names of all classes.
func (s *stage) everybody() []string {
	var all []string
	for who := range s.people {
		all = append(all, who)
	}
	return all
}
