// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/polyorg/polyorg/internal/config"
)

// Verdict is what the Gateways say of a route.
type Verdict struct {
	// Status is True if every Gateway of the configuration serves the route as it is now, False if one of them does not, and Unknown if one of
	// them has not answered yet.
	Status metav1.ConditionStatus
	// Message names the Gateway that does not serve it, and its reason. The Gateway's own text is left out: it may name others (U3).
	Message string
}

// Read judges the status of a stored route. An answer to an earlier generation of the route counts as none.
func Read(stored *gatewayapi.HTTPRoute, g *config.Gateway) Verdict {
	all := Verdict{Status: metav1.ConditionTrue}
	if g == nil {
		return all
	}
	for _, parent := range g.ParentRefs {
		v := readParent(stored, parent)
		if v.Status == metav1.ConditionFalse {
			return v
		}
		if v.Status == metav1.ConditionUnknown {
			all = v
		}
	}
	return all
}

func readParent(stored *gatewayapi.HTTPRoute, parent config.ParentRef) Verdict {
	name := "Gateway " + parent.Namespace + "/" + parent.Name
	worst := Verdict{metav1.ConditionUnknown, name + " has not answered yet"}
	for _, answer := range stored.Status.Parents {
		if !refersTo(answer.ParentRef, parent, stored.Namespace) {
			continue
		}
		switch v := readAnswer(answer.Conditions, stored.Generation, name); v.Status {
		case metav1.ConditionTrue:
			return v // one controller serves the route; others that answer for the same Gateway do not matter
		case metav1.ConditionFalse:
			worst = v
		}
	}
	return worst
}

func readAnswer(conditions []metav1.Condition, generation int64, name string) Verdict {
	for _, kind := range []gatewayapi.RouteConditionType{gatewayapi.RouteConditionAccepted, gatewayapi.RouteConditionResolvedRefs} {
		c := meta.FindStatusCondition(conditions, string(kind))
		switch {
		case c == nil || c.ObservedGeneration != generation || c.Status == metav1.ConditionUnknown:
			return Verdict{Status: metav1.ConditionUnknown}
		case c.Status == metav1.ConditionFalse:
			return Verdict{metav1.ConditionFalse, fmt.Sprintf("%s: %s is False (%s)", name, kind, c.Reason)}
		}
	}
	return Verdict{Status: metav1.ConditionTrue}
}

// refersTo reports whether an answer is about a parent of the configuration.
func refersTo(ref gatewayapi.ParentReference, parent config.ParentRef, routeNamespace string) bool {
	namespace := ptr.Deref(ref.Namespace, gatewayapi.Namespace(routeNamespace))
	return string(namespace) == parent.Namespace && string(ref.Name) == parent.Name &&
		string(ptr.Deref(ref.SectionName, "")) == parent.SectionName && ptr.Deref(ref.Port, 0) == parent.Port
}
