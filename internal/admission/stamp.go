// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/token"
)

// Stamper writes into an answer, when it is created, its author and the invitation that it answers. The API server vouches for these
// values, not the author. So an acceptance itself states the place that it takes, and no token is ever stored (I7, I11).
//
// An answer to another person's invitation gets the same stamp as an answer to an invitation that does not exist. The API server has the
// same work with both, so its time does not show which invitations exist (U3).
type Stamper struct {
	Journal *journal.Journal
	// Live finds finished invitations, which change only the words of a refusal. A cache of them would grow with every invitation that ever
	// ended, on each replica. It also finds the invitation of a link.
	Live    client.Reader
	Tokens  *token.Store
	Clock   clock.PassiveClock
	Decoder admission.Decoder
	Actors  *identity.Actors
}

// Handle stamps one answer.
func (s *Stamper) Handle(ctx context.Context, req admission.Request) admission.Response {
	if _, known := kindOf(req); !known {
		return unknown(req)
	}
	r := &v1alpha1.InvitationResponse{}
	if err := s.Decoder.Decode(req, r); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	if violations := rules.GeneratedName(r.Name); len(violations) > 0 {
		return answerFor(req, violations)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stamp := s.byName
	if r.Spec.Token != "" {
		stamp = s.byLink
	}
	violations, err := stamp(ctx, req.UserInfo.Username, r)
	switch {
	case err != nil:
		return failed(ctx, req, err)
	case len(violations) > 0:
		return answerFor(req, violations)
	}
	stamped, err := json.Marshal(r)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, stamped)
}

// byName stamps an answer that names its invitation. An author without an invitation of that name gets no offer.
func (s *Stamper) byName(ctx context.Context, author string, r *v1alpha1.InvitationResponse) (rules.Violations, error) {
	offered, err := s.invited(ctx, author, r.Spec.Invitation)
	if err == nil {
		stamp(&r.Spec, author, offered)
	}
	return nil, err
}

// stamp overwrites the author's own values in these fields.
func stamp(spec *v1alpha1.InvitationResponseSpec, author string, offered rules.Offer) {
	spec.Author, spec.Token, spec.TokenHash = author, "", ""
	spec.Invitee, spec.InvitationUID = offered.User, types.UID(offered.Invitation)
	spec.Role, spec.UserType = offered.Role, offered.UserType
}

// invited is the offer that the invitation of that name makes, or has made, to the author. Both look-ups cost the same, even if another
// person has such an invitation.
func (s *Stamper) invited(ctx context.Context, author string, ref *v1alpha1.InvitationReference) (rules.Offer, error) {
	email := s.Actors.Email(author)
	if ref == nil || email == "" {
		return rules.Offer{}, nil
	}
	name := types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
	var offered rules.Offer
	pending := false
	err := s.Journal.Look(ctx, fingerprint(author), func(w facts.World) { offered, pending = w.Offered(email, name) })
	switch {
	case err != nil:
		return rules.Offer{}, err // the look gave no certain result, and may still be under way
	case pending:
		return offered, nil
	}
	return s.finished(ctx, email, name)
}

// finished is the offer of a finished invitation to the author, so that the refusal can say why it cannot be answered. The API server selects
// by name and address, so an invitation to somebody else costs as much as none: a read of it would take longer, and tell a stranger that it
// exists (U3).
func (s *Stamper) finished(ctx context.Context, email string, name types.NamespacedName) (rules.Offer, error) {
	var own v1alpha1.InvitationList
	of := client.MatchingFields{"metadata.name": name.Name, "spec.email": email}
	if err := s.Live.List(ctx, &own, client.InNamespace(name.Namespace), of); err != nil || len(own.Items) == 0 {
		return rules.Offer{}, err
	}
	return offerOf(&own.Items[0]), nil
}

// offerOf is what an answer needs to state of an invitation.
func offerOf(i *v1alpha1.Invitation) rules.Offer {
	return rules.Offer{
		User: i.Spec.Email, Invitation: string(i.UID), Role: i.Spec.Role, UserType: cmp.Or(i.Spec.UserType, v1alpha1.UserTypeInternal),
	}
}
