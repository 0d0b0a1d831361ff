// SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// script writes a history by hand, one revision a line.
type script struct{ moments []Moment }

func (s *script) stored(kind string, o client.Object, asked ...int) *script {
	if o.GetUID() == "" {
		o.SetUID(types.UID(kind + o.GetNamespace() + o.GetName()))
	}
	for _, a := range asked {
		o.SetAnnotations(map[string]string{InvokedAt: strconv.Itoa(a)})
	}
	s.moments = append(s.moments, Moment{int64(len(s.moments) + 1), ID{kind, o.GetNamespace(), o.GetName()}, o})
	return s
}

func (s *script) gone(kind, namespace, name string) *script {
	s.moments = append(s.moments, Moment{int64(len(s.moments) + 1), ID{kind, namespace, name}, nil})
	return s
}

func organization(name, owner string, licenses int32) *v1alpha1.Organization {
	o := lab.NewOrganization(owner, licenses)
	o.Name = name
	return o
}

func (s *script) org(name, owner string, licenses int32, change ...func(*v1alpha1.Organization)) *script {
	o := organization(name, owner, licenses)
	for _, c := range change {
		c(o)
	}
	return s.stored("Organization", o, len(s.moments))
}

func (s *script) member(organization, user string, asked ...int) *script {
	if len(asked) == 0 {
		asked = []int{len(s.moments)}
	}
	return s.stored("Membership", membership(organization, user, v1alpha1.RoleStandard), asked...)
}

func membership(of, user string, role v1alpha1.Role) *v1alpha1.Membership {
	m := lab.NewMembership(organization(of, "", 0), user, role)
	m.Name = user
	return m
}

func invitation(name string) *v1alpha1.Invitation {
	i := lab.NewInvitation(organization("o", "", 0), "bob@zylker.com")
	i.Name = name
	return i
}

func policy() *v1alpha1.PlatformPolicy {
	return &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName}}
}

func (s *script) members(n int, user string) *script {
	for i := range n {
		s.member(fmt.Sprint("o", i), user)
	}
	return s
}

func (s *script) limit(organizations int32) *script {
	p := policy()
	p.Spec.Limits = &v1alpha1.LimitsPolicy{OrganizationsPerUser: &organizations}
	return s.stored("PlatformPolicy", p)
}

func (s *script) trial(licenses int32) *script {
	p := policy()
	p.Spec.Trial = &v1alpha1.TrialPolicy{Licenses: &licenses}
	return s.stored("PlatformPolicy", p)
}

func (s *script) invited(uid string, change ...func(*v1alpha1.Invitation)) *script {
	i := invitation("bob")
	i.UID = types.UID(uid)
	for _, c := range change {
		c(i)
	}
	return s.stored("Invitation", i, len(s.moments))
}

func (s *script) answers(name string) *script {
	return s.stored("InvitationResponse", &v1alpha1.InvitationResponse{ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1alpha1.InvitationResponseSpec{InvitationUID: "i", Decision: v1alpha1.DecisionDecline}}, len(s.moments))
}

func on(edition v1alpha1.Edition) func(*v1alpha1.Organization) {
	return func(o *v1alpha1.Organization) { o.Spec.Subscription.Edition = edition }
}

func in(state v1alpha1.InvitationState) func(*v1alpha1.Invitation) {
	return func(i *v1alpha1.Invitation) { i.Status.State = state }
}

// The checker must be able to fail, and must not fail on a right history.
func TestChecker(t *testing.T) {
	at := func(host string) func(*v1alpha1.Organization) {
		return func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: host} }
	}
	ending := func(o *v1alpha1.Organization) { o.DeletionTimestamp = &metav1.Time{} }
	bound := func(of, name, application, account string) client.Object {
		b := lab.NewBinding(organization(of, "", 0), application, account)
		b.Name = name
		return b
	}
	for name, c := range map[string]struct {
		history *script
		want    string // the rule that was broken
	}{
		"ten organizations":                                               {new(script).members(10, "a"), ""},
		"eleven organizations":                                            {new(script).members(11, "a"), "L1"},
		"eleven, one of them given up":                                    {new(script).members(10, "a").gone("Membership", "org-o0", "a").member("o10", "a"), ""},
		"eleven, one of them ending":                                      {new(script).org("o0", "b", 9).members(10, "a").org("o0", "b", 9, ending).member("o10", "a"), ""},
		"over a lowered limit":                                            {new(script).members(5, "a").limit(3), ""},
		"one more over a lowered limit":                                   {new(script).members(5, "a").limit(3).member("o5", "a"), "L1"},
		"asked for before a limit was lowered":                            {new(script).members(5, "a").limit(3).member("o5", "a", 5), ""},
		"super admin of six":                                              {six("a"), "L2"},
		"two CRM Plus created":                                            {new(script).org("o0", "a", 9, on(v1alpha1.EditionCRMPlus)).org("o1", "a", 9, on(v1alpha1.EditionCRMPlus)), "L3"},
		"an edition that a member cannot have":                            {new(script).org("o0", "b", 9, on(v1alpha1.EditionZohoOne)).org("o1", "c", 9).members(2, "a").org("o1", "c", 9, on(v1alpha1.EditionZohoOne)), "L5"},
		"a seat too many":                                                 {new(script).org("o", "a", 2).member("o", "b").member("o", "c"), "E5"},
		"a seat twice for the same person":                                {new(script).org("o", "a", 2).member("o", "bob@zylker.com").invited("i"), ""},
		"licences under the seats in use":                                 {new(script).org("o", "a", 2).member("o", "b").org("o", "a", 1), "E6"},
		"as many licences as the trial of an organization over the limit": {new(script).org("o", "a", 0).member("o", "b").member("o", "c").trial(2).org("o", "a", 2), ""},
		"fewer licences than that":                                        {new(script).org("o", "a", 0).member("o", "b").member("o", "c").trial(2).org("o", "a", 1), "E6"},
		"an organization after its members":                               {new(script).member("o", "b").member("o", "c").org("o", "a", 2), "E6"},
		"two organizations with one host":                                 {new(script).org("o0", "a", 9, at("shop")).org("o1", "b", 9, at("shop")), "A2"},
		"a host that is still held":                                       {new(script).org("o0", "a", 9, at("shop")).org("o0", "a", 9, holding("shop")).org("o1", "b", 9, at("shop")), "A2"},
		"two answers":                                                     {new(script).answers("x").answers("y"), "I2"},
		"an invitation that ends twice":                                   {new(script).invited("i", in(v1alpha1.InvitationRevoked)).invited("i", in(v1alpha1.InvitationAccepted)), "I2"},
		"two pending invitations":                                         {new(script).invited("i").stored("Invitation", invitation("again"), 1), "L6"},
		"an account of two organizations":                                 {new(script).stored("IntegrationBinding", bound("o", "x", "ZohoDesk", "d")).stored("IntegrationBinding", bound("p", "x", "ZohoDesk", "d")), "G1"},
		"a slot of two accounts":                                          {new(script).stored("IntegrationBinding", bound("o", "x", "ZohoDesk", "d")).stored("IntegrationBinding", bound("o", "y", "ZohoDesk", "e")), "G1"},
		"a super admin who leaves":                                        {admins("a").gone("Membership", "org-o", "a"), "R3"},
		"one whose organization ends":                                     {admins("a").org("o", "a", 9, ending).gone("Membership", "org-o", "a"), ""},
		"a super admin suspended":                                         {admins("a").stored("Membership", suspended("o", "a")), "R3"},
		"a super admin made Standard":                                     {admins("a").member("o", "a"), "R3"},
		"a transfer to an Administrator":                                  {admins("a", "b").org("o", "b", 9).gone("Membership", "org-o", "a"), ""},
		"a transfer to a person who is no member":                         {admins("a").org("o", "b", 9), "R2"},
		"one that brings a third invitation":                              {inviting(2, "b").org("o", "b", 9), ""},
		"one that brings a fourth":                                        {inviting(3, "b").org("o", "b", 9), "L7"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := NewChecker().Check(c.history.moments)
			switch {
			case c.want == "" && len(wrong) > 0:
				t.Errorf("found %v", wrong)
			case c.want != "" && !strings.Contains(strings.Join(wrong, " "), "["+c.want):
				t.Errorf("found %v, want %s", wrong, c.want)
			}
		})
	}
}

// admins is an organization of Administrators. The first is super admin.
func admins(users ...string) *script {
	s := new(script).org("o", users[0], 9)
	for _, user := range users {
		s.stored("Membership", membership("o", user, v1alpha1.RoleAdministrator))
	}
	return s
}

// inviting is an organization of a that has invited somebody, and n organizations of another user that have invited the same person. That
// user is an Administrator in the first.
func inviting(n int, other string) *script {
	s := admins("a", other).invited("i")
	for i := range n {
		elsewhere := organization(fmt.Sprint("p", i), other, 9)
		s.org(elsewhere.Name, other, 9).stored("Invitation", lab.NewInvitation(elsewhere, "bob@zylker.com"), len(s.moments))
	}
	return s
}

func suspended(organization, user string) *v1alpha1.Membership {
	m := membership(organization, user, v1alpha1.RoleAdministrator)
	m.Spec.Suspended = true
	return m
}

func six(owner string) *script {
	s := new(script)
	for i := range 6 {
		s.org(fmt.Sprint("o", i), owner, 9)
	}
	return s
}

// holding is an organization whose status still has a host that its spec does not ask for.
func holding(host string) func(*v1alpha1.Organization) {
	return func(o *v1alpha1.Organization) { o.Status.Hosts = []string{host + "." + BaseDomain} }
}
