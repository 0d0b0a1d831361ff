// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"encoding/json"
	"net/http"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
)

// Inviter notes on an invitation, when it is created, who creates it. Only now does the API server vouch for that. It is an annotation,
// because a status cannot be written at creation, and a spec is its author's.
type Inviter struct {
	Decoder admission.Decoder
	Actors  *identity.Actors
}

// Handle notes the inviter of one invitation.
func (v *Inviter) Handle(_ context.Context, req admission.Request) admission.Response {
	if _, known := kindOf(req); !known {
		return unknown(req)
	}
	i := &v1alpha1.Invitation{}
	if err := v.Decoder.Decode(req, i); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	if !note(i, v.Actors.Email(req.UserInfo.Username)) {
		return admission.Allowed("")
	}
	noted, err := json.Marshal(i)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, noted)
}

// note replaces what the author wrote there. A platform actor without an address leaves nothing.
func note(i *v1alpha1.Invitation, inviter string) (changed bool) {
	was, had := i.Annotations[v1alpha1.InvitedByAnnotation]
	switch {
	case inviter == "" && !had, inviter != "" && was == inviter:
		return false
	case inviter == "":
		delete(i.Annotations, v1alpha1.InvitedByAnnotation)
		return true
	case i.Annotations == nil:
		i.Annotations = map[string]string{}
	}
	i.Annotations[v1alpha1.InvitedByAnnotation] = inviter
	return true
}
