// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// Stamper writes into an answer, when it is created, its author and the invitation that it answers. The API server vouches for these
// values, not the author. So an acceptance itself states the place that it takes, and no token is ever stored (I7, I11).
//
// An answer to another person's invitation gets the same stamp as an answer to an invitation that does not exist. The API server has the
// same work with both, so its time does not show which invitations exist (U3).
type Stamper struct {
	Journal *journal.Journal
	// Live finds finished invitations, which change only the words of a refusal. A cache of them would grow with every invitation that ever
	// ended, on each replica.
	Live    client.Reader
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
	invited, err := s.invited(ctx, req.UserInfo.Username, r.Spec.Invitation)
	if err != nil {
		return failed(ctx, req, err)
	}
	stamp(&r.Spec, req.UserInfo.Username, invited)
	stamped, err := json.Marshal(r)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, stamped)
}

// stamp overwrites the author's own values in these fields. An author without an invitation of that name gets no offer.
func stamp(spec *v1alpha1.InvitationResponseSpec, author string, offered rules.Offer) {
	spec.Author, spec.TokenHash = author, ""
	if spec.Token != "" {
		sum := sha256.Sum256([]byte(spec.Token))
		spec.Token, spec.TokenHash = "", hex.EncodeToString(sum[:])
	}
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
	i := &own.Items[0]
	return rules.Offer{
		User: email, Invitation: string(i.UID), Role: i.Spec.Role, UserType: cmp.Or(i.Spec.UserType, v1alpha1.UserTypeInternal),
	}, nil
}
