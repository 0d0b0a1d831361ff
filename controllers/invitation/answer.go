// SPDX-License-Identifier: Apache-2.0

package invitation

import (
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// nextLook is the interval between looks at an answer that was admitted and is not stored yet.
const nextLook = time.Second

// progress is the progress of an answer to an invitation.
type progress int

const (
	none   progress = iota
	coming          // admitted; it may yet fail to be stored
	here            // stored
)

// answer reports whether an invitation is being answered, as of an instant or later. An answer that was admitted in time must win over expiry
// and revocation, however late it is seen. So before an invitation is ended, first the journal is read live, and then the answers are looked
// through. An answer that has left the journal by then is stored. An answer that enters it later was judged after the end.
func (r *Reconciler) answer(ctx context.Context, i *v1alpha1.Invitation, since time.Time) (progress, error) {
	var seen v1alpha1.InvitationResponseList
	if err := r.Client.List(ctx, &seen, client.MatchingFields{index.Answers: string(i.UID)}); err != nil {
		return none, err
	}
	if slices.ContainsFunc(seen.Items, underWay) {
		return here, nil
	}
	record, err := r.journal(ctx, since)
	if err != nil {
		return none, err
	}
	stored, err := r.stored(ctx, i, record)
	switch {
	case err != nil:
		return none, err
	case stored:
		return here, nil
	case admitted(record, i):
		r.journals.forget()
		return coming, nil
	}
	return none, nil
}

// journal reads the journal as of an instant or later.
func (r *Reconciler) journal(ctx context.Context, since time.Time) (*journal.Record, error) {
	return r.journals.since(since, r.Clock, func() (*journal.Record, error) { return journal.Read(ctx, r.Live, r.Namespace) })
}

// admitted reports whether the journal lists an answer to an invitation.
func admitted(record *journal.Record, i *v1alpha1.Invitation) bool {
	key := rules.ClaimKey(rules.ClaimAnswer, string(i.UID))
	return slices.ContainsFunc(record.Entries, func(e *facts.Entry) bool {
		return slices.ContainsFunc(e.Facts, func(f rules.Fact) bool {
			return slices.Contains(f.Keys(), key)
		})
	})
}

// stored reports whether an answer is stored. A view that has reached the fences of an open journal has seen every answer that has left the
// journal. Where it has not, or there is none, the answers are read live.
func (r *Reconciler) stored(ctx context.Context, i *v1alpha1.Invitation, record *journal.Record) (bool, error) {
	if r.View != nil && record.Open && r.View.Synced() && r.View.Reached(record.Fences) {
		return r.viewed(i), nil
	}
	var own v1alpha1.InvitationResponseList
	err := r.Live.List(ctx, &own, client.MatchingFields{"spec.invitationUID": string(i.UID)})
	return slices.ContainsFunc(own.Items, underWay), err
}

// viewed reports whether the view holds an answer to an invitation.
func (r *Reconciler) viewed(i *v1alpha1.Invitation) (there bool) {
	key := rules.ClaimKey(rules.ClaimAnswer, string(i.UID))
	r.View.Judge(facts.NewOverlay(nil), nil, func(w facts.World) { there = len(w.Facts(key)) > 0 })
	return there
}

// underWay reports whether an answer is yet to finish its invitation: not one that could not be carried out.
func underWay(a v1alpha1.InvitationResponse) bool {
	return !meta.IsStatusConditionTrue(a.Status.Conditions, v1alpha1.ConditionStalled)
}
