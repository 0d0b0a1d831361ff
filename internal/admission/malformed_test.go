// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
)

// TestWhatWouldDamageTheJournalIsRefused: no API server sends this, but another client that reaches the port can.
func TestWhatWouldDamageTheJournalIsRefused(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	anybody := authorizer.AuthorizerFunc(func(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
		return authorizer.DecisionAllow, "", nil
	})
	v := &Validator{Actors: &identity.Actors{Authorizer: anybody}, Clock: clock.RealClock{}, Decoder: admission.NewDecoder(scheme),
		Journal: journal.New(nil, facts.NewView("crm.example.com"), "polyorg-system")}
	for sentence, o := range map[string]metav1.ObjectMeta{
		"a name with a newline": {Name: "zylker\n", UID: "1"},
		"no UID":                {Name: "zylker"},
		"a UID with a tab":      {Name: "zylker", UID: types.UID("1\t2")},
	} {
		raw, err := json.Marshal(&v1alpha1.Organization{ObjectMeta: o, Spec: v1alpha1.OrganizationSpec{SuperAdmin: "bob@zylker.com"}})
		if err != nil {
			t.Fatal(err)
		}
		got := v.Handle(t.Context(), admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
			Kind: metav1.GroupVersionKind(v1alpha1.GroupVersion.WithKind("Organization")), Operation: admissionv1.Create, Name: o.Name,
			Object: runtime.RawExtension{Raw: raw},
		}})
		if got.Allowed || got.Result.Code != http.StatusBadRequest || got.Result.Details.RetryAfterSeconds != 0 {
			t.Errorf("%s: got %+v, want 400 for good", sentence, got.AdmissionResponse)
		}
	}
}
