// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

const keeper = "example.com/keeper"

// binding is one with an account, of a version, that is held by some finalizers.
func binding(account, version string, finalizers ...string) *v1alpha1.IntegrationBinding {
	return &v1alpha1.IntegrationBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "cliq", UID: "1", ResourceVersion: version, Finalizers: finalizers},
		Spec:       v1alpha1.IntegrationBindingSpec{Application: "cliq", Account: account},
	}
}

func deleted(b *v1alpha1.IntegrationBinding) *v1alpha1.IntegrationBinding {
	b.DeletionTimestamp = &metav1.Time{}
	return b
}

// TestChange: the change that the journal gets for a request. An object that leaves has an entry without facts; one that lingers changes
// nothing.
func TestChange(t *testing.T) {
	says := func(account string) []rules.Fact {
		return []rules.Fact{rules.Binding{Organization: "zylker", Application: "cliq", Account: account}}
	}
	for sentence, tc := range map[string]struct {
		before, after   client.Object
		operation       facts.Operation
		was, is         []rules.Fact
		resourceVersion string
	}{
		"a creation adds what the object says":      {nil, binding("a", ""), facts.Create, nil, says("a"), ""},
		"an update replaces it":                     {binding("a", "7"), binding("b", "7"), facts.Update, says("a"), says("b"), "7"},
		"a deletion takes it away":                  {binding("a", "7"), nil, facts.Delete, says("a"), nil, "7"},
		"so does that of one which finalizers hold": {binding("a", "7", keeper), nil, facts.Delete, says("a"), nil, "7"},
		"a second deletion of it changes nothing":   {deleted(binding("a", "8", keeper)), nil, facts.Update, says("a"), says("a"), "8"},
		"one that nothing holds leaves":             {deleted(binding("a", "8")), nil, facts.Delete, says("a"), nil, "8"},
		"it leaves with its last finalizer":         {deleted(binding("a", "8", keeper)), deleted(binding("a", "8")), facts.Delete, says("a"), nil, "8"},
		"not with one of two":                       {deleted(binding("a", "8", keeper, "other")), deleted(binding("a", "8", keeper)), facts.Update, says("a"), says("a"), "8"},
		"nor without a request to delete it":        {binding("a", "7", keeper), binding("a", "7"), facts.Update, says("a"), says("a"), "7"},
		"a change during the deletion still counts": {deleted(binding("a", "8", keeper)), deleted(binding("b", "8", keeper)), facts.Update, says("a"), says("b"), "8"},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := validator(t, false).change(asked(tc.before, tc.after), kinds["IntegrationBinding"], rules.Actor{}, tc.before, tc.after)
			if got.Operation != tc.operation || got.ResourceVersion != tc.resourceVersion || got.UID != "1" || got.Name != (types.NamespacedName{Namespace: "org-zylker", Name: "cliq"}) {
				t.Errorf("got %s of %s at version %q, UID %q", got.Operation, got.Name, got.ResourceVersion, got.UID)
			}
			if diff := cmp.Diff(tc.was, got.Before, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("before (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tc.is, got.After, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("after (-want +got)\n%s", diff)
			}
		})
	}
}

// asked is the request that brings an object from before to after.
func asked(before, after client.Object) admission.Request {
	req := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{Namespace: "org-zylker", Operation: admissionv1.Update}}
	switch {
	case before == nil:
		req.Operation = admissionv1.Create
	case after == nil:
		req.Operation = admissionv1.Delete
	}
	return req
}

func TestWhatIsToldToWhom(t *testing.T) {
	v, after := validator(t, false), binding("a", "")
	req := asked(nil, after)
	if c := v.change(req, kinds["IntegrationBinding"], rules.Actor{Email: "bob@zylker.com"}, nil, after); !c.Discreet || c.DryRun {
		t.Errorf("U3: a person may be told that a name is taken before they are told that they may use it: %+v", c)
	}
	req.DryRun = ptr.To(true)
	if c := v.change(req, kinds["IntegrationBinding"], rules.Actor{Platform: true}, nil, after); c.Discreet || !c.DryRun {
		t.Errorf("a platform actor's dry run: %+v", c)
	}
}

// TestWarned: E3, a warning is for a change that somebody wants, and about its own organization.
func TestWarned(t *testing.T) {
	at := func(generation int64) client.Object {
		return &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Generation: generation}}
	}
	for sentence, tc := range map[string]struct {
		before, after client.Object
		want          bool
	}{
		"a creation":   {nil, at(1), true},
		"another spec": {at(1), at(2), true},
		"not a label":  {at(1), at(1), false},
		"a removal":    {at(1), nil, true},
	} {
		if got := isWanted(tc.before, tc.after); got != tc.want {
			t.Errorf("%s: got %t", sentence, got)
		}
	}
	for object, want := range map[client.Object]string{
		at(1): "zylker",
		&v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker"}}: "zylker",
		&v1alpha1.User{}: "",
	} {
		if got := concerned(object); got != want {
			t.Errorf("%T concerns %q, want %q", object, got, want)
		}
	}
}

// TestPolicyOf: each change of the policy is one whose consequences are counted, its deletion too.
func TestPolicyOf(t *testing.T) {
	strict, none := &v1alpha1.PlatformPolicy{}, v1alpha1.PlatformPolicySpec{}
	strict.Spec.Limits = &v1alpha1.LimitsPolicy{OrganizationsPerUser: ptr.To[int32](1)}
	for sentence, tc := range map[string]struct {
		before, after client.Object
		want          v1alpha1.PlatformPolicySpec
		wantChanges   bool
	}{
		"its creation":             {nil, strict, strict.Spec, true},
		"another spec":             {&v1alpha1.PlatformPolicy{}, strict, strict.Spec, true},
		"its deletion":             {strict, nil, none, true},
		"no change of other kinds": {nil, &v1alpha1.User{}, none, false},
		"nor the end of one":       {&v1alpha1.User{}, nil, none, false},
	} {
		got, changes := policyOf(tc.before, tc.after)
		if changes != tc.wantChanges || !equality.Semantic.DeepEqual(got, tc.want) {
			t.Errorf("%s: got %v, %t", sentence, got, changes)
		}
	}
}
