// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"net/http"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/polyorg/polyorg/internal/rules"
)

// Speller answers objects that have letters beyond ASCII where there can be none. It changes nothing. It stands among the webhooks that may
// change an object because the API server asks those before it checks the schema. The schema would refuse the object too, but cannot say
// how it is written. A match condition spares all other requests the call (docs/adr, the form to write).
type Speller struct {
	Decoder admission.Decoder
}

// Handle answers one object.
func (s *Speller) Handle(_ context.Context, req admission.Request) admission.Response {
	kind, known := kindOf(req)
	if !known {
		return unknown(req)
	}
	obj := kind.object()
	if err := s.Decoder.Decode(req, obj); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	return answerFor(req, rules.Spelling(obj))
}
