// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// A request has several faults; this is the order of the answers. The journal cannot be reached, so a request without a fault is answered
// 503.
func TestWhichAnswerComesFirst(t *testing.T) {
	laden := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{Name: "bob", UID: "1", Labels: map[string]string{}}}
	for i := range 65 {
		laden.Labels["label"+strconv.Itoa(i)] = ""
	}
	fine := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{Name: "bob", UID: "1"}}
	for sentence, tc := range map[string]struct {
		kind, namespace string
		object          client.Object
		raw             string
		deaf            bool // the API server does not say who a platform actor is
		want            string
	}{
		"first: this version does not know the kind":           {"Portal", "default", nil, "}", true, "503 ServiceUnavailable: this replica does not know"},
		"second: the object cannot be read":                    {"Invitation", "default", nil, "}", true, "400 "},
		"third: it is in no organization's namespace":          {"Invitation", "default", laden, "", true, "422 Invalid: metadata.namespace: "},
		"fourth: nobody knows who the actor is":                {"Invitation", "org-zylker", laden, "", true, "503 ServiceUnavailable: something that Polyorg needs for its answer does not answer; try again"},
		"fifth: it is too large, whatever other faults it has": {"Invitation", "org-zylker", laden, "", false, "403 Forbidden: LimitExceeded: metadata: "},
		"last: the journal":                                    {"Invitation", "org-zylker", fine, "", false, "503 ServiceUnavailable: the journal cannot be reached"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if tc.object != nil {
				raw, err := json.Marshal(tc.object)
				if err != nil {
					t.Fatal(err)
				}
				tc.raw = string(raw)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // nobody waits for the journal
			got := validator(t, tc.deaf).Handle(ctx, admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
				Kind: metav1.GroupVersionKind{Group: "polyorg.io", Version: "v1alpha1", Kind: tc.kind}, Operation: admissionv1.Create,
				Namespace: tc.namespace, Name: "bob", Object: runtime.RawExtension{Raw: []byte(tc.raw)},
			}})
			if got.Allowed || !strings.HasPrefix(answered(got.Result), tc.want) {
				t.Errorf("got %s, want %s", answered(got.Result), tc.want)
			}
		})
	}
}

// validator has a journal that does not run, and knows no platform actor.
func validator(t *testing.T, deaf bool) *Validator {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	who := authorizer.AuthorizerFunc(func(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
		if deaf {
			return authorizer.DecisionNoOpinion, "", errors.New("no answer")
		}
		return authorizer.DecisionNoOpinion, "", nil
	})
	return &Validator{Actors: &identity.Actors{Authorizer: who}, Clock: clock.RealClock{}, Decoder: admission.NewDecoder(scheme),
		Journal: journal.New(nil, facts.NewView("crm.example.com"), "polyorg-system")}
}

// TestLimitsAreTheLastQuestion: U3, the rules of the kind and those of what is beside its spec go before limits and holders.
func TestLimitsAreTheLastQuestion(t *testing.T) {
	host := func(holder string) rules.Fact {
		return rules.Claim{Kind: rules.ClaimHost, Name: "h1.crm.example.com", Holder: holder}
	}
	finalizing := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Finalizers: []string{"example.com/mine"}}}
	plain := &v1alpha1.HostReservation{}
	for sentence, tc := range map[string]struct {
		of   rules.Violations // what the kind's own rules say
		obj  client.Object
		want string
	}{
		"a kind's refusal hides all else":              {rules.Violations{forbidden}, finalizing, "not yours [R4]"},
		"a finalizer of the author's hides the limits": {nil, finalizing, "only a platform actor may add a finalizer; leave out metadata.finalizers [O7]"},
		"an invalid object hides nothing": {
			rules.Violations{invalid}, plain, "spec.accessURL.name: not a name [A4]; metadata.name: the host h1.crm.example.com is in use or reserved; it can be reserved once it is given up [A2]"},
		"without either, the name is taken": {
			nil, plain, "metadata.name: the host h1.crm.example.com is in use or reserved; it can be reserved once it is given up [A2]"},
	} {
		t.Run(sentence, func(t *testing.T) {
			others := facts.NewOverlay([]*facts.Entry{facts.NewEntry(facts.Entry{
				Operation: facts.Create, Kind: "HostReservation", Name: "h1.crm.example.com", UID: types.UID("other"), Facts: []rules.Fact{host("other")}})})
			says := func(rules.Outlook, rules.Act, string, client.Object, client.Object) rules.Violations { return tc.of }
			facts.NewView("crm.example.com").Judge(others, nil, func(w facts.World) {
				got := judge(kind{judge: says}, rules.Worst(w), rules.Act{}, "", nil, tc.obj, nil, []rules.Fact{host("mine")})
				if got.String() != tc.want {
					t.Errorf("got %s, want %s", got, tc.want)
				}
			})
		})
	}
}
