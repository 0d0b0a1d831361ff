// SPDX-License-Identifier: Apache-2.0

package platformpolicy

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

type (
	mutatingConfiguration   = admissionregistrationv1.MutatingWebhookConfiguration
	validatingConfiguration = admissionregistrationv1.ValidatingWebhookConfiguration
)

const validating = "validate.polyorg.io"

// first are the mutating webhooks that the cases alter, the first one last.
var first = []string{"spelling.polyorg.io", "stamp.polyorg.io"}

func TestWhatIsAlteredIsSeen(t *testing.T) {
	for sentence, tc := range map[string]struct {
		alter func(*mutatingConfiguration, *validatingConfiguration)
		want  []string
	}{
		"as shipped": {
			func(*mutatingConfiguration, *validatingConfiguration) {}, nil,
		},
		"another address and more time weaken nothing": {
			func(m *mutatingConfiguration, _ *validatingConfiguration) {
				m.Webhooks[0].ClientConfig = admissionregistrationv1.WebhookClientConfig{URL: ptr.To("https://elsewhere")}
				m.Webhooks[0].TimeoutSeconds = ptr.To[int32](30)
			}, nil,
		},
		"neither does what more is asked": {
			func(_ *mutatingConfiguration, v *validatingConfiguration) {
				r := &v.Webhooks[0].Rules[0]
				r.Operations = []admissionregistrationv1.OperationType{"*"}
				r.APIGroups, r.APIVersions, r.Resources = []string{"*"}, []string{"*"}, []string{"*"}
			}, nil,
		},
		"a failure that is ignored": {
			func(m *mutatingConfiguration, _ *validatingConfiguration) {
				m.Webhooks[0].FailurePolicy = ptr.To(admissionregistrationv1.Ignore)
			}, []string{"webhook stamp.polyorg.io has failurePolicy Ignore"},
		},
		"namespaces that are left out": {
			func(_ *mutatingConfiguration, v *validatingConfiguration) {
				v.Webhooks[0].NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{"guarded": "yes"}}
			}, []string{"webhook validate.polyorg.io has a selector or condition, and is not asked about the rest"},
		},
		"requests that are left out": {
			func(_ *mutatingConfiguration, v *validatingConfiguration) {
				v.Webhooks[0].MatchConditions = []admissionregistrationv1.MatchCondition{{Name: "not-mine", Expression: "request.userInfo.username != 'me'"}}
			}, []string{"webhook validate.polyorg.io has a selector or condition, and is not asked about the rest"},
		},
		"requests that are left out beside those that are shipped so": {
			func(m *mutatingConfiguration, _ *validatingConfiguration) {
				m.Webhooks[1].MatchConditions[0].Expression = "false"
			}, []string{"webhook spelling.polyorg.io has a selector or condition, and is not asked about the rest"},
		},
		"requests that are not left out any more weaken nothing": {
			func(m *mutatingConfiguration, _ *validatingConfiguration) { m.Webhooks[1].MatchConditions = nil }, nil,
		},
		"an operation that is left out": {
			func(_ *mutatingConfiguration, v *validatingConfiguration) {
				v.Webhooks[0].Rules[0].Operations = []admissionregistrationv1.OperationType{admissionregistrationv1.Create, admissionregistrationv1.Update}
				v.Webhooks[0].Rules[0].Resources = []string{"users", "memberships"}
			}, []string{"webhook validate.polyorg.io is not asked about each change of organizations, memberships, invitations, " +
				"invitationresponses, organizationrequests, integrationbindings, hostreservations, users, platformpolicies"},
		},
		"a kind that is left out, and cluster-wide ones": {
			func(_ *mutatingConfiguration, v *validatingConfiguration) {
				all := v.Webhooks[0].Rules[0]
				all.Resources, all.Scope = []string{"organizations"}, ptr.To(admissionregistrationv1.NamespacedScope)
				v.Webhooks[0].Rules[0].Resources = v.Webhooks[0].Rules[0].Resources[1:8]
				v.Webhooks[0].Rules = append(v.Webhooks[0].Rules, all)
			}, []string{"webhook validate.polyorg.io is not asked about each change of organizations, platformpolicies"},
		},
		"webhooks of other names": {
			func(m *mutatingConfiguration, v *validatingConfiguration) {
				m.Webhooks[0].Name, v.Webhooks[0].Name = v.Webhooks[0].Name, m.Webhooks[0].Name
			}, []string{"webhook stamp.polyorg.io is missing", "webhook validate.polyorg.io is missing"},
		},
		"configurations that are away": {
			func(m *mutatingConfiguration, v *validatingConfiguration) {
				m.Name, v.Name = "another", "another"
			}, []string{"MutatingWebhookConfiguration polyorg-mutating is missing", "ValidatingWebhookConfiguration polyorg-validating is missing"},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			m, v := shippedPair(t)
			tc.alter(m, v)
			e := NewEnforcement(nil, fake.NewClientBuilder().WithObjects(m, v).Build(), EnforcementInterval)
			got, err := e.altered(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// shippedPair is what is shipped, with the webhooks that the cases alter before the other mutating ones.
func shippedPair(t *testing.T) (m *mutatingConfiguration, v *validatingConfiguration) {
	t.Helper()
	all, err := shippedConfigurations()
	if err != nil {
		t.Fatal(err)
	}
	for c := range all {
		switch c := c.(type) {
		case *mutatingConfiguration:
			m = c
		case *validatingConfiguration:
			v = c
		}
	}
	if m == nil || v == nil || v.Webhooks[0].Name != validating {
		t.Fatalf("not what is shipped: %v", all)
	}
	slices.SortFunc(m.Webhooks, func(a, b admissionregistrationv1.MutatingWebhook) int {
		return slices.Index(first, b.Name) - slices.Index(first, a.Name)
	})
	return m, v
}
