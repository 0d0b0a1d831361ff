// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestStamp(t *testing.T) {
	reference := &v1alpha1.InvitationReference{Namespace: "org-zylker", Name: "bob"}
	forged := v1alpha1.InvitationResponseSpec{
		Invitation: reference, Decision: v1alpha1.DecisionAccept, Author: "eve", Invitee: "eve@zylker.com", InvitationUID: "other",
		Role: v1alpha1.RoleAdministrator, UserType: v1alpha1.UserTypeExternal, TokenHash: "0123",
	}
	for sentence, tc := range map[string]struct {
		offered rules.Offer
		want    v1alpha1.InvitationResponseSpec
	}{
		"the invitation's words replace the author's": {
			rules.Offer{User: "bob@zylker.com", Invitation: "1", Role: v1alpha1.RoleStandard, UserType: v1alpha1.UserTypeInternal},
			v1alpha1.InvitationResponseSpec{Author: "bob@zylker.com", Invitee: "bob@zylker.com", InvitationUID: "1",
				Role: v1alpha1.RoleStandard, UserType: v1alpha1.UserTypeInternal},
		},
		"U3: of an invitation of somebody else's nothing is said, as of one that there is not": {
			rules.Offer{}, v1alpha1.InvitationResponseSpec{Author: "bob@zylker.com"},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := forged
			got.Token = "secret"
			stamp(&got, "bob@zylker.com", tc.offered)
			tc.want.Invitation, tc.want.Decision = reference, v1alpha1.DecisionAccept
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestStamperName: a name that the author chose is refused before anything is looked up: there is no journal here, nor a cache.
func TestStamperName(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(&v1alpha1.InvitationResponse{ObjectMeta: metav1.ObjectMeta{Name: "bob", GenerateName: "bob-"}})
	if err != nil {
		t.Fatal(err)
	}
	s := &Stamper{Decoder: admission.NewDecoder(scheme)}
	answer := s.Handle(t.Context(), admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Kind: metav1.GroupVersionKind(v1alpha1.GroupVersion.WithKind("InvitationResponse")), Operation: admissionv1.Create, Name: "bob",
		Object: runtime.RawExtension{Raw: raw},
	}})
	if answer.Allowed || answer.Result.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Result.Message, "[U3]") {
		t.Errorf("%+v, want a refusal by U3", answer)
	}
}
