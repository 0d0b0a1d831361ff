// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
)

// These are the organizations of the scene. The classes' people are in home; in the others are the people whom an act needs.
const (
	home      = "home"
	guarded   = "guarded"   // as home, but protected from deletion
	lapsed    = "lapsed"    // its trial has ended without a subscription
	stopped   = "stopped"   // the platform suspends it
	ending    = "ending"    // being deleted
	elsewhere = "elsewhere" // has only the foreign one as a member
	later     = "later"     // does not exist yet, but has a namespace already
)

// Finalizer is somebody else's finalizer, which keeps an object of the scene.
const Finalizer = "example.com/keep"

// Now is the time of everything in the table. The objects of the scene were made a day before.
var Now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// These are people beside the classes': members on whom others act, and some who are no members.
var (
	owner    = email("owner")
	admin    = email("administrator")
	ada      = email("ada")    // Administrator
	alma     = email("alma")   // Administrator who is suspended
	sam      = email("sam")    // Standard
	kept     = email("kept")   // Standard, their membership has finalizers
	guest    = email("guest")  // invited
	declan   = email("declan") // declined
	newcomer = email("newcomer")
	former   = email("former") // left all organizations, but has a User, which the platform keeps
)

// Scene is all objects that exist before anybody acts.
func Scene() []client.Object {
	all := []client.Object{
		org(home), org(guarded), org(lapsed), org(stopped), org(ending), org(elsewhere),
		invitation(home, guest), invitation(home, declan), invitation(ending, guest), answer(declan), binding(home), binding(ending), reservation(),
	}
	for _, c := range Classes {
		if c.Email() != "" {
			all = append(all, invitation(inviter(c), c.Email()))
		}
	}
	for _, m := range members {
		all = append(all, membership(m.organization, m.user))
	}
	return all
}

// member is somebody in an organization.
type member struct {
	organization, user string
	role               v1alpha1.Role
}

// members are all of the scene's members. An organization's owner is an Administrator in the Membership (R1).
var members = []member{
	{home, owner, v1alpha1.RoleAdministrator}, {home, admin, v1alpha1.RoleAdministrator}, {home, ada, v1alpha1.RoleAdministrator}, {home, alma, v1alpha1.RoleAdministrator},
	{home, email("standard"), v1alpha1.RoleStandard}, {home, email("suspended"), v1alpha1.RoleStandard},
	{home, sam, v1alpha1.RoleStandard}, {home, kept, v1alpha1.RoleStandard},
	{guarded, owner, v1alpha1.RoleAdministrator}, {guarded, admin, v1alpha1.RoleAdministrator},
	{lapsed, owner, v1alpha1.RoleAdministrator}, {lapsed, admin, v1alpha1.RoleAdministrator},
	{stopped, owner, v1alpha1.RoleAdministrator}, {stopped, admin, v1alpha1.RoleAdministrator},
	{ending, owner, v1alpha1.RoleAdministrator}, {ending, sam, v1alpha1.RoleStandard},
	{elsewhere, email("foreign"), v1alpha1.RoleAdministrator},
	{later, sam, v1alpha1.RoleStandard},
}

func meta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: namespace, Name: name, UID: types.UID(namespace + "/" + name), ResourceVersion: "1", Generation: 1,
		CreationTimestamp: metav1.NewTime(Now.AddDate(0, 0, -1)),
	}
}

func within(organization, name string) metav1.ObjectMeta {
	return meta(v1alpha1.NamespacePrefix+organization, name)
}

func org(name string) *v1alpha1.Organization {
	o := &v1alpha1.Organization{ObjectMeta: meta("", name), Spec: v1alpha1.OrganizationSpec{
		DisplayName: "Zylker", SuperAdmin: owner,
		Subscription: &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: 50},
	}}
	o.Finalizers = []string{v1alpha1.OrganizationFinalizer}
	o.Status.Conditions = granted()
	switch name {
	case guarded:
		o.Spec.DeletionProtection = true
		o.Finalizers = append(o.Finalizers, Finalizer)
	case lapsed:
		o.Spec.Subscription, o.Spec.TrialEndsAt = nil, &metav1.Time{Time: Now.Add(-time.Hour)}
	case stopped:
		stop(o)
	case ending:
		o.DeletionTimestamp = &metav1.Time{Time: Now}
		o.Finalizers = append(o.Finalizers, Finalizer)
	case elsewhere:
		o.Spec.SuperAdmin = email("foreign")
	}
	return o
}

// granted are the operator's conditions on every object that is within the limits.
func granted() []metav1.Condition {
	return []metav1.Condition{{Type: v1alpha1.ConditionGranted, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonGranted}}
}

func membership(organization, user string) *v1alpha1.Membership {
	for _, m := range members {
		if m.organization != organization || m.user != user {
			continue
		}
		o := &v1alpha1.Membership{ObjectMeta: within(organization, identity.ObjectName(user)), Spec: v1alpha1.MembershipSpec{
			User: user, Role: m.role, Suspended: user == email("suspended") || user == alma}}
		if user == kept {
			o.Finalizers = []string{Finalizer, metav1.FinalizerDeleteDependents}
		}
		o.Status.Conditions = granted()
		return keptIn(ending, o)
	}
	return nil
}

func invitation(organization, to string) *v1alpha1.Invitation {
	i := &v1alpha1.Invitation{ObjectMeta: within(organization, identity.ObjectName(to)),
		Spec: v1alpha1.InvitationSpec{Email: to, Role: v1alpha1.RoleStandard}}
	if to == declan {
		i.Status.State = v1alpha1.InvitationDeclined
	}
	return keptIn(ending, i)
}

// keptIn keeps an object of an organization by a finalizer: otherwise it would end at once.
func keptIn[O client.Object](organization string, o O) O {
	if o.GetNamespace() == v1alpha1.NamespacePrefix+organization {
		o.SetFinalizers([]string{Finalizer})
	}
	return o
}

// inviter is an organization that has invited somebody of a class from outside.
func inviter(c Class) string {
	if c.Email() == email("foreign") {
		return home
	}
	return elsewhere
}

// answer is the stamped response by which somebody declined the invitation to home.
func answer(of string) *v1alpha1.InvitationResponse {
	return response(invitation(home, of), v1alpha1.DecisionDecline, nameOfAnswer)
}

// nameOfAnswer is the name of the existing answer. In a cluster the API server gives it another one.
var nameOfAnswer = "declined"

func response(i *v1alpha1.Invitation, decision v1alpha1.Decision, name string) *v1alpha1.InvitationResponse {
	return &v1alpha1.InvitationResponse{ObjectMeta: meta("", name), Spec: v1alpha1.InvitationResponseSpec{
		Invitation: &v1alpha1.InvitationReference{Namespace: i.Namespace, Name: i.Name}, Decision: decision,
		Author: i.Spec.Email, Invitee: i.Spec.Email, InvitationUID: i.UID, Role: i.Spec.Role, UserType: v1alpha1.UserTypeInternal,
	}}
}

func binding(organization string) *v1alpha1.IntegrationBinding {
	return keptIn(ending, &v1alpha1.IntegrationBinding{ObjectMeta: within(organization, "desk"), Spec: v1alpha1.IntegrationBindingSpec{
		Application: "ZohoDesk", Account: organization + "-support", InitiatedFrom: v1alpha1.InitiatedFromCRM}})
}

func user(of string) *v1alpha1.User {
	return &v1alpha1.User{ObjectMeta: meta("", identity.ObjectName(of)), Spec: v1alpha1.UserSpec{Email: of}}
}

func reservation() *v1alpha1.HostReservation {
	return &v1alpha1.HostReservation{ObjectMeta: meta("", "kept.example.org")}
}

func policy() *v1alpha1.PlatformPolicy {
	return &v1alpha1.PlatformPolicy{ObjectMeta: meta("", v1alpha1.PlatformPolicyName), Spec: *Open}
}

// Open is the policy that changes people's rights.
var Open = &v1alpha1.PlatformPolicySpec{SignUp: v1alpha1.SignUpOpen, OrganizationDeletion: v1alpha1.OrganizationDeletionSuperAdmin}
