// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestSpeller(t *testing.T) {
	for sentence, tc := range map[string]struct {
		email string
		code  int32
		says  string
	}{
		"U1: a domain in another script is answered with the form to write": {"john@zylkér.com", http.StatusUnprocessableEntity, "write john@xn--zylkr-esa.com"},
		"an address in ASCII is the schema's to judge":                      {"John@Zylker.com", http.StatusOK, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			raw, err := json.Marshal(&v1alpha1.Invitation{Spec: v1alpha1.InvitationSpec{Email: tc.email}})
			if err != nil {
				t.Fatal(err)
			}
			answer := (&Speller{Decoder: validator(t, false).Decoder}).Handle(t.Context(), admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
				Kind: metav1.GroupVersionKind(v1alpha1.GroupVersion.WithKind("Invitation")), Operation: admissionv1.Create, Object: runtime.RawExtension{Raw: raw},
			}})
			if answer.Result.Code != tc.code || !strings.Contains(answer.Result.Message, tc.says) || len(answer.Patches) > 0 {
				t.Errorf("answers %+v", answer)
			}
		})
	}
}
