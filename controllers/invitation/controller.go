// SPDX-License-Identifier: Apache-2.0

// Package invitation ends invitations in time: each is Pending, and then has exactly one final state (I1, I2, I10).
package invitation

import (
	"cmp"
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/grant"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reconciler expires and revokes invitations. The controller of answers writes the state of an answered one.
type Reconciler struct {
	Client client.Client
	// Own is for objects of the controller's own kind. It sees its own writes.
	Own client.Client
	// Live reads past the cache.
	Live client.Reader
	Desk *grant.Desk
	// Namespace is the operator's, where the journal is.
	Namespace string
	// Mail says whether a mail server is configured.
	Mail bool
	// Recipients says who wants no e-mail, and what invitations that are gone have sent.
	Recipients *recipients.Store
	Clock      clock.PassiveClock
	Events     events.EventRecorder
	// View has seen the answers. Without one, they are read live.
	View *facts.View

	journals journals
}

// +kubebuilder:rbac:groups=polyorg.io,resources=invitations,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups=polyorg.io,resources=invitations/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations;memberships;integrationbindings;platformpolicies;invitationresponses,verbs=get;list;watch
// +kubebuilder:rbac:groups="",namespace=polyorg-system,resources=configmaps,verbs=get

// Reconcile keeps the status of one invitation, and ends it when its time has come.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.Invitation]{Client: r.Own, Clock: r.Clock, Events: r.Events, Parts: parts}
	return keeper.Keep(ctx, req, &v1alpha1.Invitation{}, r.step)
}

func parts(i *v1alpha1.Invitation) (*[]metav1.Condition, *int64) {
	return &i.Status.Conditions, &i.Status.ObservedGeneration
}

func (r *Reconciler) step(ctx context.Context, i *v1alpha1.Invitation, say status.Conditions, now time.Time) (time.Duration, error) {
	if i.DeletionTimestamp != nil {
		return 0, nil
	}
	if !r.Mail {
		delivered.SayNoMail(say)
	}
	if err := r.begin(ctx, i); err != nil {
		return 0, err
	}
	after, err := r.end(ctx, i, now)
	if err != nil {
		return 0, err
	}
	sooner, err := r.say(ctx, i, say, now)
	return soonest(after, sooner), err
}

// soonest is the shorter of two delays, of which 0 means none.
func soonest(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// begin gives a new invitation its state, its inviter, and its deadline, which never changes afterwards (I1).
func (r *Reconciler) begin(ctx context.Context, i *v1alpha1.Invitation) error {
	i.Status.InvitedBy = cmp.Or(i.Status.InvitedBy, inviter(i))
	if i.Status.State == "" {
		i.Status.State = v1alpha1.InvitationPending
	}
	if i.Status.ExpiresAt != nil {
		return nil
	}
	policy, err := world.Policy(ctx, r.Client)
	if err != nil {
		return err
	}
	deadline := rules.Offer{CreatedAt: i.CreationTimestamp.Unix()}.Deadline(policy)
	i.Status.ExpiresAt = &metav1.Time{Time: deadline}
	return nil
}

// inviter is the person whom a platform actor named, or else the one whom admission noted. Later, nobody vouches for the note.
func inviter(i *v1alpha1.Invitation) string {
	noted := i.Annotations[v1alpha1.InvitedByAnnotation]
	if i.Status.State != "" || !identity.IsEmail(noted) {
		noted = ""
	}
	return cmp.Or(i.Spec.InvitedBy, noted)
}

// end revokes or expires a pending invitation whose time has come, unless it is being answered. Otherwise it returns the time until then.
func (r *Reconciler) end(ctx context.Context, i *v1alpha1.Invitation, now time.Time) (time.Duration, error) {
	if i.Status.State != v1alpha1.InvitationPending {
		return 0, nil
	}
	over := i.Status.ExpiresAt.Add(rules.ClockSkew)
	switch {
	case i.Spec.Revoked:
		over = now
	case now.Before(over):
		return over.Sub(now), nil
	}
	answer, err := r.answer(ctx, i, over)
	switch {
	case err != nil:
		return 0, err
	case answer == coming:
		return nextLook, nil
	case answer == here:
		return 0, nil // its own controller finishes the invitation
	case i.Spec.Revoked:
		i.Status.State = v1alpha1.InvitationRevoked
	default:
		i.Status.State = v1alpha1.InvitationExpired
	}
	return 0, nil
}

// say says what became of an invitation, or whether it can be answered. One that is finished is deleted in time. It returns the time after which that may change by itself.
func (r *Reconciler) say(ctx context.Context, i *v1alpha1.Invitation, say status.Conditions, now time.Time) (time.Duration, error) {
	switch i.Status.State {
	case v1alpha1.InvitationAccepted:
		say.Ready(v1alpha1.ReasonAccepted, "Accepted by the invitee")
	case v1alpha1.InvitationDeclined:
		say.Ready(v1alpha1.ReasonDeclined, "Declined by the invitee")
	case v1alpha1.InvitationRevoked:
		say.Ready(v1alpha1.ReasonRevoked, "Revoked by the organization")
	case v1alpha1.InvitationExpired:
		say.Ready(v1alpha1.ReasonExpired, "Not answered in time")
	default:
		return r.sayPending(ctx, i, say, now)
	}
	if delivered.StageOf(i) == delivered.Waiting {
		delivered.SayOver(say)
	}
	return r.remove(ctx, i, now)
}

// sayPending grants a pending invitation its place among the invitee's, and its seat. With them it can be answered (L7, E5), unless its
// organization is suspended, or wants an answer from the e-mail (E3, E8, I6).
func (r *Reconciler) sayPending(ctx context.Context, i *v1alpha1.Invitation, say status.Conditions, now time.Time) (time.Duration, error) {
	org, err := grant.Organization(ctx, r.Client, i, say)
	if err != nil || org == nil {
		return 0, err
	}
	given, err := r.Desk.Give(ctx, i, say)
	if err != nil || !given {
		return 0, err
	}
	w, err := r.around(ctx, org)
	if err != nil {
		return 0, err
	}
	reason, message := rules.Unanswerable(w.Outlook(), org.Name, now)
	var again time.Duration
	if r.Mail && reason != v1alpha1.ReasonOrganizationSuspended {
		if again, err = r.beginSend(ctx, org, i, say, w.Outlook().Policy(), now); err != nil {
			return 0, err
		}
	}
	r.sayAnswerable(i, say, reason, message)
	account := world.Stated[rules.Account](w)[0] // an organization always states its account
	return soonest(again, untilSuspended(account, w.Outlook().Policy(), now)), nil
}

// sayAnswerable says whether a pending invitation can be answered, and how. The reason is why it is not in the invitee's list; empty if it is.
func (r *Reconciler) sayAnswerable(i *v1alpha1.Invitation, say status.Conditions, reason, message string) {
	until := i.Status.ExpiresAt.UTC().Format(time.RFC3339)
	byMail := reason == v1alpha1.ReasonEmailOnly && r.Mail
	switch {
	case reason == "":
		say.Ready(v1alpha1.ReasonPending, "Can be answered until "+until)
	case byMail && delivered.StageOf(i) == delivered.Undelivered:
		say.Stalled(reason, "It can be accepted only by the link in its e-mail, which is not delivered; the condition Delivered says why [I6]")
	case byMail:
		say.Ready(v1alpha1.ReasonPending, "Can be accepted by the link in its e-mail, until "+until)
	case reason == v1alpha1.ReasonOrganizationSuspended:
		say.Waiting(reason, message)
	default:
		say.Stalled(reason, message)
	}
}

// around is the organization of an invitation, with all that says where its invitations are answered (I6).
func (r *Reconciler) around(ctx context.Context, org *v1alpha1.Organization) (*world.World, error) {
	w := world.New("")
	if err := world.AddPolicy(ctx, w, r.Client); err != nil {
		return nil, err
	}
	var bindings v1alpha1.IntegrationBindingList
	if err := r.Client.List(ctx, &bindings, client.InNamespace(v1alpha1.NamespacePrefix+org.Name), index.Shared); err != nil {
		return nil, err
	}
	world.Add(w, *org)
	world.Add(w, bindings.Items...)
	return w, nil
}

// untilSuspended is the time until an organization is suspended by the end of its trial or its subscription; 0 if that does not come, or
// makes no difference.
func untilSuspended(account rules.Account, policy rules.Policy, now time.Time) time.Duration {
	end, ends := account.End(policy)
	if !ends || account.Suspended(policy, now) {
		return 0
	}
	return end.Sub(now)
}
