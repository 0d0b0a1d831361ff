// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"context"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/gateway"
)

// Answer is what the cluster says of the routes of a plan.
type Answer struct {
	// Refused says which Gateway refuses a route, and why. Empty: none does.
	Refused string
	// Conflict says that an object of somebody else routes a host too. Empty: none does.
	Conflict string
	// Waits says what is not there yet. Empty: nothing is awaited.
	Waits string
	// Taken says that a controller serves the routes. Some controllers of Ingresses never say so.
	Taken bool
}

// Answer reads what the controllers say of the routes that lead to a back end. Nothing is routed: nothing is said.
func (k *Keeper) Answer(ctx context.Context, p route.Plan) (Answer, error) {
	hosts := p.Only(route.Serves)
	if len(hosts) == 0 {
		return Answer{}, nil
	}
	if k.Config.Ingress.Mode == config.RouteByGateway {
		return k.gatewayAnswer(ctx, p, hosts)
	}
	return k.ingressAnswer(ctx, p, hosts)
}

// ingressAnswer takes an address as the answer of a controller: it writes one when it has read the Ingress.
func (k *Keeper) ingressAnswer(ctx context.Context, p route.Plan, hosts []route.Host) (a Answer, err error) {
	for _, h := range hosts {
		var all networkingv1.IngressList
		if err := k.Cache.List(ctx, &all, client.MatchingFields{index.RoutedHost: h.Name}, index.Shared); err != nil {
			return a, err
		}
		for i := range all.Items {
			if ours(&all.Items[i], p) {
				a.Taken = a.Taken || len(all.Items[i].Status.LoadBalancer.Ingress) > 0
			} else {
				a.Conflict = conflict(&all.Items[i], p, "Ingress", h.Name)
			}
		}
	}
	if !a.Taken && k.Config.Ingress.RequireAddress {
		a.Waits = "No ingress controller has given the Ingress an address yet (A5)"
	}
	return a, nil
}

func (k *Keeper) gatewayAnswer(ctx context.Context, p route.Plan, hosts []route.Host) (a Answer, err error) {
	all := gateway.Verdict{Status: metav1.ConditionTrue}
	for _, h := range hosts {
		var routed gatewayapi.HTTPRouteList
		if err := k.Cache.List(ctx, &routed, client.MatchingFields{index.RoutedHost: h.Name}, index.Shared); err != nil {
			return a, err
		}
		for i := range routed.Items {
			if !ours(&routed.Items[i], p) {
				a.Conflict = conflict(&routed.Items[i], p, "HTTPRoute", h.Name)
			} else if v := gateway.Read(&routed.Items[i], k.Config.Ingress.Gateway); worse(v, all) {
				all = v
			}
		}
	}
	switch all.Status {
	case metav1.ConditionTrue:
		a.Taken = true
	case metav1.ConditionFalse:
		a.Refused = all.Message
	default:
		a.Waits = all.Message + " (A5)"
	}
	return a, nil
}

// worse orders verdicts: one that refuses is worse than one that waits.
func worse(a, b gateway.Verdict) bool {
	order := []metav1.ConditionStatus{metav1.ConditionTrue, metav1.ConditionUnknown, metav1.ConditionFalse}
	return slices.Index(order, a.Status) > slices.Index(order, b.Status)
}

// conflict names an object that has a host of the plan, if it is in the organization's own namespace. Another namespace can have the name of
// another tenant (U3).
func conflict(obj client.Object, p route.Plan, kind, host string) string {
	which := "Another " + kind
	if obj.GetNamespace() == p.Namespace {
		which = strings.Join([]string{kind, obj.GetNamespace() + "/" + obj.GetName()}, " ")
	}
	return which + " has the host " + host + " too, and was not written by the operator"
}

// ours reports whether an object is one of the plan's.
func ours(obj client.Object, p route.Plan) bool {
	return slices.Contains(owners(obj), ownerOf(p))
}
