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

// answer reports whether an invitation is being answered. An answer that was admitted in time must win over expiry and revocation, however
// late it is seen. So before an invitation is ended, first the journal and then the answers are read live. An answer that has left the
// journal by the first read is stored by the second. An answer that enters it later was judged after the end.
func (r *Reconciler) answer(ctx context.Context, i *v1alpha1.Invitation) (progress, error) {
	var seen v1alpha1.InvitationResponseList
	if err := r.Client.List(ctx, &seen, client.MatchingFields{index.Answers: string(i.UID)}); err != nil {
		return none, err
	}
	if slices.ContainsFunc(seen.Items, underWay) {
		return here, nil
	}
	admitted, err := r.journalled(ctx, i)
	if err != nil {
		return none, err
	}
	stored, err := r.stored(ctx, i)
	switch {
	case err != nil:
		return none, err
	case stored:
		return here, nil
	case admitted:
		return coming, nil
	}
	return none, nil
}

func (r *Reconciler) journalled(ctx context.Context, i *v1alpha1.Invitation) (bool, error) {
	record, err := journal.Read(ctx, r.Live, r.Namespace)
	if err != nil {
		return false, err
	}
	key := rules.ClaimKey(rules.ClaimAnswer, string(i.UID))
	return slices.ContainsFunc(record.Entries, func(e *facts.Entry) bool {
		return slices.ContainsFunc(e.Facts, func(f rules.Fact) bool {
			return slices.Contains(f.Keys(), key)
		})
	}), nil
}

func (r *Reconciler) stored(ctx context.Context, i *v1alpha1.Invitation) (bool, error) {
	var own v1alpha1.InvitationResponseList
	err := r.Live.List(ctx, &own, client.MatchingFields{"spec.invitationUID": string(i.UID)})
	return slices.ContainsFunc(own.Items, underWay), err
}

// underWay reports whether an answer is yet to finish its invitation: not one that could not be carried out.
func underWay(a v1alpha1.InvitationResponse) bool {
	return !meta.IsStatusConditionTrue(a.Status.Conditions, v1alpha1.ConditionStalled)
}
