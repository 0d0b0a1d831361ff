// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"net/http"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// An old replica beside a new one judges no kind that it does not know, and its answer is not final.
func TestWhatIsNotKnownIsAskedAgain(t *testing.T) {
	for name, kind := range map[string]metav1.GroupVersionKind{
		"a kind of a later version":          {Group: "polyorg.io", Version: "v1alpha1", Kind: "Portal"},
		"a later version of a kind":          {Group: "polyorg.io", Version: "v1beta1", Kind: "InvitationResponse"},
		"a kind of the same name, elsewhere": {Group: "example.com", Version: "v1alpha1", Kind: "InvitationResponse"},
	} {
		for path, handler := range map[string]admission.Handler{"validate": &Validator{}, "stamp": &Stamper{}, "spelling": &Speller{},
			"stamp requests": &RequestStamper{}, "review": &Reviewer{}} {
			t.Run(name+", asked to "+path, func(t *testing.T) {
				got := handler.Handle(t.Context(), admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{Kind: kind, Operation: admissionv1.Create}})
				if got.Allowed || got.Result == nil || got.Result.Code != http.StatusServiceUnavailable || got.Result.Details.RetryAfterSeconds == 0 {
					t.Errorf("got %+v, want 503 with a time to wait", got.AdmissionResponse)
				}
			})
		}
	}
}
