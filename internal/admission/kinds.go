// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// kind says how one kind is judged.
type kind struct {
	namespaced bool // lives in an organization's namespace
	object     func() client.Object
	judge      Judge
}

// kinds has every kind that has rules. The rules themselves are in internal/rules.
var kinds = map[string]kind{
	"Organization": {false, object[v1alpha1.Organization], clusterWide(rules.Organization)},
	"Membership":   {true, object[v1alpha1.Membership], namespaced(rules.Membership)},
	"Invitation":   {true, object[v1alpha1.Invitation], namespaced(rules.Invitation)},
	"IntegrationBinding": {true, object[v1alpha1.IntegrationBinding],
		namespaced(rules.IntegrationBinding)},
	"InvitationResponse":  {false, object[v1alpha1.InvitationResponse], clusterWide(rules.InvitationResponse)},
	"OrganizationRequest": {false, object[v1alpha1.OrganizationRequest], clusterWide(rules.OrganizationRequest)},
	"HostReservation":     {false, object[v1alpha1.HostReservation], clusterWide(rules.HostReservation)},
	"PlatformPolicy":      {false, object[v1alpha1.PlatformPolicy], clusterWide(rules.PlatformPolicy)},
	"User":                {false, object[v1alpha1.User], clusterWide(rules.User)},
}

// kindOf says how a request is judged. During an upgrade an older replica gets requests for kinds and versions of a newer one, which it
// does not know.
func kindOf(req admission.Request) (kind, bool) {
	k, known := kinds[req.Kind.Kind]
	return k, known && req.Kind.Group == v1alpha1.GroupName && req.Kind.Version == v1alpha1.GroupVersion.Version
}

// pointer is a pointer to T that is an object.
type pointer[T any] interface {
	*T
	client.Object
}

func object[T any, P pointer[T]]() client.Object { return P(new(T)) }

// clusterWide fits the rules of a kind without namespace.
func clusterWide[T any, P pointer[T]](judge func(rules.Outlook, rules.Act, P, P) rules.Violations) Judge {
	return func(o rules.Outlook, act rules.Act, _ string, before, after client.Object) rules.Violations {
		return judge(o, act, typed[T, P](before), typed[T, P](after))
	}
}

// namespaced fits the rules of a kind that lives in an organization's namespace.
func namespaced[T any, P pointer[T]](judge func(rules.Outlook, rules.Act, string, P, P) rules.Violations) Judge {
	return func(o rules.Outlook, act rules.Act, organization string, before, after client.Object) rules.Violations {
		return judge(o, act, organization, typed[T, P](before), typed[T, P](after))
	}
}

func typed[T any, P pointer[T]](obj client.Object) P {
	if obj == nil {
		return nil
	}
	return obj.(P)
}
