// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"fmt"
	"reflect"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// A source is a kind whose objects state facts.
type source struct {
	object func() client.Object
	list   func() client.ObjectList
	facts  func(obj client.Object, baseDomain string) []rules.Fact
}

// sources has every such kind: its name, its list, and the facts that an object of it states by itself alone.
var sources = map[string]source{
	"Organization":        sourceOf[v1alpha1.Organization, v1alpha1.OrganizationList](organizationFacts),
	"Membership":          sourceOf[v1alpha1.Membership, v1alpha1.MembershipList](within(membershipFacts)),
	"Invitation":          sourceOf[v1alpha1.Invitation, v1alpha1.InvitationList](within(invitationFacts)),
	"InvitationResponse":  sourceOf[v1alpha1.InvitationResponse, v1alpha1.InvitationResponseList](alone(responseFacts)),
	"IntegrationBinding":  sourceOf[v1alpha1.IntegrationBinding, v1alpha1.IntegrationBindingList](within(bindingFacts)),
	"HostReservation":     sourceOf[v1alpha1.HostReservation, v1alpha1.HostReservationList](alone(reservationFacts)),
	"OrganizationRequest": sourceOf[v1alpha1.OrganizationRequest, v1alpha1.OrganizationRequestList](alone(requestFacts)),
	"User":                sourceOf[v1alpha1.User, v1alpha1.UserList](alone(userFacts)),
	"PlatformPolicy":      sourceOf[v1alpha1.PlatformPolicy, v1alpha1.PlatformPolicyList](alone(policyFacts)),
}

// sourcesByType finds the source of an object. A typed object does not have the name of its kind.
var sourcesByType = byType(sources)

func byType(sources map[string]source) map[reflect.Type]source {
	types := make(map[reflect.Type]source, len(sources))
	for _, s := range sources {
		types[reflect.TypeOf(s.object())] = s
	}
	return types
}

// pointer is a pointer to T that is an object.
type pointer[T any] interface {
	*T
	client.Object
}

// listPointer is a pointer to L that is a list of objects.
type listPointer[L any] interface {
	*L
	client.ObjectList
}

func sourceOf[T, L any, P pointer[T], Q listPointer[L]](facts func(obj P, baseDomain string) []rules.Fact) source {
	return source{
		object: func() client.Object { return P(new(T)) },
		list:   func() client.ObjectList { return Q(new(L)) },
		facts:  func(obj client.Object, baseDomain string) []rules.Fact { return facts(obj.(P), baseDomain) },
	}
}

// alone fits the facts of a kind that needs nothing but the object.
func alone[P client.Object](facts func(P) []rules.Fact) func(P, string) []rules.Fact {
	return func(obj P, _ string) []rules.Fact { return facts(obj) }
}

// within fits the facts of a kind that lives in an organization's namespace. In any other namespace an object states nothing.
func within[P client.Object](facts func(obj P, organization string) []rules.Fact) func(P, string) []rules.Fact {
	return func(obj P, _ string) []rules.Fact {
		organization := OrganizationOf(shared(obj.GetNamespace()))
		if organization == "" {
			return nil
		}
		return facts(obj, organization)
	}
}

// Of yields what an object states, by itself alone. An object of a kind that is no source states nothing.
func Of(obj client.Object, baseDomain string) []rules.Fact {
	s, known := sourcesByType[reflect.TypeOf(obj)]
	if !known {
		return nil
	}
	return s.facts(obj, baseDomain)
}

// Kinds names the kinds that state facts.
func Kinds() []string {
	kinds := make([]string, 0, len(sources))
	for kind := range sources {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds) // in one order, so that a seed of the simulation always shows the same
	return kinds
}

// NewObject makes an empty object of a kind that states facts.
func NewObject(kind string) (client.Object, error) {
	s, known := sources[kind]
	if !known {
		return nil, fmt.Errorf("no facts are stated by kind %q", kind)
	}
	return s.object(), nil
}
