// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
)

// Stamper writes into an answer, as it is created, who gave it and what it answers: the API server's word, not the author's.
// What an acceptance is about to take is then in the answer itself, and no token is ever stored (I7, I11).
type Stamper struct {
	Client  client.Reader // live
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
	invitation, err := s.invitation(ctx, r.Spec.Invitation)
	if err != nil {
		return unavailable(err)
	}
	stamp(&r.Spec, req.UserInfo.Username, invitation)
	stamped, err := json.Marshal(r)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, stamped)
}

// stamp overwrites whatever the author said of these fields.
func stamp(spec *v1alpha1.InvitationResponseSpec, author string, invitation *v1alpha1.Invitation) {
	spec.Author = author
	spec.Invitee, spec.InvitationUID, spec.Role, spec.UserType, spec.TokenHash = "", "", "", "", ""
	if spec.Token != "" {
		sum := sha256.Sum256([]byte(spec.Token))
		spec.Token, spec.TokenHash = "", hex.EncodeToString(sum[:])
	}
	if invitation != nil {
		spec.Invitee, spec.InvitationUID = invitation.Spec.Email, invitation.UID
		spec.Role, spec.UserType = invitation.Spec.Role, cmp.Or(invitation.Spec.UserType, v1alpha1.UserTypeInternal)
	}
}

// invitation reads the invitation that is answered; nil where there is none.
func (s *Stamper) invitation(ctx context.Context, ref *v1alpha1.InvitationReference) (*v1alpha1.Invitation, error) {
	if ref == nil {
		return nil, nil
	}
	invitation := &v1alpha1.Invitation{}
	err := s.Client.Get(ctx, types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}, invitation)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return invitation, err
}
