// SPDX-License-Identifier: Apache-2.0

package invitationresponse

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/member"
	"github.com/polyorg/polyorg/internal/identity"
)

// found is the invitee's membership in the organization.
type found struct {
	membership *v1alpha1.Membership // the one that they have, if any
	leaves     bool                 // they have one that is being deleted
	free       string               // the name for a new one
}

// find looks for the invitee's membership without a list of all members, of whom there may be many thousands. The cache finds memberships
// by their person, whatever their names. It may not show yet the membership that an earlier attempt made. That has one of the person's own
// names, so those are tried too. Each name is read live, because the cache may show a membership that is gone by now. A membership that
// somebody else made a moment ago is missed here; then admission refuses a second one (L6).
func (r *Reconciler) find(ctx context.Context, a *v1alpha1.InvitationResponse) (f found, err error) {
	namespace := a.Spec.Invitation.Namespace
	var known v1alpha1.MembershipList
	of := client.MatchingFields{index.User: identity.ObjectName(a.Spec.Invitee)}
	if err := r.Client.List(ctx, &known, client.InNamespace(namespace), of, index.Shared); err != nil {
		return f, err
	}
	for i := range known.Items {
		if _, err := r.look(ctx, namespace, known.Items[i].Name, a.Spec.Invitee, &f); err != nil || f.membership != nil {
			return f, err
		}
	}
	err = r.tryNames(ctx, namespace, a.Spec.Invitee, &f)
	return f, err
}

// tryNames looks at the names that the operator gives the invitee's membership, up to the first that is free.
func (r *Reconciler) tryNames(ctx context.Context, namespace, invitee string, f *found) error {
	for n := 1; ; n++ {
		name := member.Nth(identity.ObjectName(invitee), n)
		taken, err := r.look(ctx, namespace, name, invitee, f)
		switch {
		case err != nil || f.membership != nil:
			return err
		case !taken:
			f.free = name
			return nil
		}
	}
}

// look reads one membership, and notes it if it is the invitee's.
func (r *Reconciler) look(ctx context.Context, namespace, name, invitee string, f *found) (taken bool, err error) {
	var m v1alpha1.Membership
	err = r.Live.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &m)
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil || m.Spec.User != invitee:
		return true, err
	case m.DeletionTimestamp != nil:
		f.leaves = true
	default:
		f.membership = &m
	}
	return true, nil
}
