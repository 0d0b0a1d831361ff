// SPDX-License-Identifier: Apache-2.0

// Package index lists the look-ups that the controllers make in their cache.
package index

import (
	"context"
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	// User finds memberships, invitations, answers, requests, and organizations of a super admin by the name of the person's User.
	User = "polyorg.user"
	// Host finds organizations by a host that they ask for or hold.
	Host = "polyorg.host"
	// HeldFor finds reservations by the UID of the organization that they were made for.
	HeldFor = "polyorg.heldFor"
	// HeldForName finds reservations by the name of the organization that they were made for, or for a former one of that name.
	HeldForName = "polyorg.heldForName"
	// Answers finds responses by the UID of the invitation that they answer.
	Answers = "polyorg.answers"
	// AnswersIn finds responses by the namespace of the invitation that they answer.
	AnswersIn = "polyorg.answersIn"
	// Credentials finds bindings by the name of their Secret.
	Credentials = "polyorg.credentials"
	// Account finds bindings by the account that they bind.
	Account = "polyorg.account"
	// Organization finds ClusterRoleBindings by the organization for which they were made.
	Organization = "polyorg.organization"
	// RoutedHost finds Ingresses and HTTPRoutes by a host that they route.
	RoutedHost = "polyorg.routedHost"
	// Waiting finds, under Yes, objects that want a place and have no grant.
	Waiting = "polyorg.waiting"
	// Yes is the only value of a look-up that has no other.
	Yes = "yes"
)

// lookup is one row of the list.
type lookup struct {
	object client.Object
	field  string
	values client.IndexerFunc
}

func lookups(i *config.Ingress) []lookup {
	return []lookup{
		{&v1alpha1.Membership{}, User, user},
		{&v1alpha1.Invitation{}, User, user},
		{&v1alpha1.Organization{}, User, user},
		{&v1alpha1.Organization{}, Host, func(o client.Object) []string { return hosts(o, i.BaseDomain) }},
		{&v1alpha1.HostReservation{}, HeldFor, heldFor},
		{&v1alpha1.HostReservation{}, HeldForName, heldForName},
		{&v1alpha1.InvitationResponse{}, User, user},
		{&v1alpha1.OrganizationRequest{}, User, user},
		{&v1alpha1.InvitationResponse{}, Answers, answers},
		{&v1alpha1.InvitationResponse{}, AnswersIn, answersIn},
		{&v1alpha1.IntegrationBinding{}, Credentials, credentials},
		{&v1alpha1.IntegrationBinding{}, Account, account},
		{&v1alpha1.Organization{}, Waiting, waiting},
		{&rbacv1.ClusterRoleBinding{}, Organization, organization},
		{&v1alpha1.Membership{}, Waiting, waiting},
		{&v1alpha1.Invitation{}, Waiting, waiting},
		{&v1alpha1.IntegrationBinding{}, Waiting, waiting},
		{Routed(i), RoutedHost, RoutedHosts},
	}
}

// Routed is an empty object of the kind that routes hosts. Only in the mode Gateway the cluster must have HTTPRoutes.
func Routed(i *config.Ingress) client.Object {
	if i.Mode == config.RouteByGateway {
		return &gatewayapi.HTTPRoute{}
	}
	return &networkingv1.Ingress{}
}

// Register registers every look-up, before the cache starts.
func Register(ctx context.Context, indexer client.FieldIndexer, i *config.Ingress) error {
	for _, l := range lookups(i) {
		if err := indexer.IndexField(ctx, l.object, l.field, l.values); err != nil {
			return fmt.Errorf("index %T by %s: %w", l.object, l.field, err)
		}
	}
	return nil
}

// Email is the person that an object names. It is empty if the object names nobody.
func Email(obj client.Object) string {
	switch o := obj.(type) {
	case *v1alpha1.Membership:
		return o.Spec.User
	case *v1alpha1.Invitation:
		return o.Spec.Email
	case *v1alpha1.Organization:
		return o.Spec.SuperAdmin
	case *v1alpha1.InvitationResponse:
		return o.Spec.Invitee
	case *v1alpha1.OrganizationRequest:
		return o.Spec.User
	}
	return ""
}

func user(obj client.Object) []string {
	return some(Email(obj), identity.ObjectName)
}

func hosts(obj client.Object, baseDomain string) []string {
	org, ok := obj.(*v1alpha1.Organization)
	if !ok {
		return nil
	}
	return Hosts(org, baseDomain)
}

// Hosts are the hosts that an organization asks for or holds, in order, a custom domain without proof included.
func Hosts(org *v1alpha1.Organization, baseDomain string) []string {
	all := slices.Concat(rules.Hosts(org, baseDomain), org.Status.Hosts)
	if domain := rules.CustomDomain(org); domain != "" {
		all = append(all, domain)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// RoutedHosts are the hosts of an Ingress or an HTTPRoute.
func RoutedHosts(obj client.Object) []string {
	var hosts []string
	switch o := obj.(type) {
	case *networkingv1.Ingress:
		for _, rule := range o.Spec.Rules {
			hosts = append(hosts, rule.Host)
		}
	case *gatewayapi.HTTPRoute:
		for _, host := range o.Spec.Hostnames {
			hosts = append(hosts, string(host))
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

func heldFor(obj client.Object) []string {
	h, ok := obj.(*v1alpha1.HostReservation)
	if !ok || h.Spec.HeldFor == nil {
		return nil
	}
	return []string{string(h.Spec.HeldFor.UID)}
}

func heldForName(obj client.Object) []string {
	h, ok := obj.(*v1alpha1.HostReservation)
	if !ok || h.Spec.HeldFor == nil {
		return nil
	}
	return []string{h.Spec.HeldFor.Name}
}

func answers(obj client.Object) []string {
	r, ok := obj.(*v1alpha1.InvitationResponse)
	if !ok {
		return nil
	}
	return some(string(r.Spec.InvitationUID), func(uid string) string { return uid })
}

func answersIn(obj client.Object) []string {
	r, ok := obj.(*v1alpha1.InvitationResponse)
	if !ok || r.Spec.Invitation == nil {
		return nil
	}
	return []string{r.Spec.Invitation.Namespace}
}

func credentials(obj client.Object) []string {
	b, ok := obj.(*v1alpha1.IntegrationBinding)
	if !ok || b.Spec.CredentialsSecretRef == nil {
		return nil
	}
	return []string{b.Spec.CredentialsSecretRef.Name}
}

func account(obj client.Object) []string {
	b, ok := obj.(*v1alpha1.IntegrationBinding)
	if !ok {
		return nil
	}
	return []string{AccountOf(b)}
}

func organization(obj client.Object) []string {
	return some(obj.GetLabels()[v1alpha1.OrganizationLabel], func(name string) string { return name })
}

// Of selects, by Organization, the objects that were made for one organization.
func Of(org *v1alpha1.Organization) client.ListOption {
	return client.MatchingFields{Organization: org.Name}
}

// AccountOf is the key that finds a binding by its account.
func AccountOf(b *v1alpha1.IntegrationBinding) string {
	return rules.AccountKey(b.Spec.Application, b.Spec.Component, b.Spec.Account).Name
}

// waiting finds no object that states nothing, such as an invitation that is over: it wants no place.
func waiting(obj client.Object) []string {
	if rules.Granted(obj) || len(facts.Of(obj, "")) == 0 {
		return nil
	}
	return []string{Yes}
}

// some is the one key of an object, or none.
func some(value string, key func(string) string) []string {
	if value == "" {
		return nil
	}
	return []string{key(value)}
}
