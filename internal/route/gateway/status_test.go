// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route/gateway"
)

func answer(name string, conditions ...metav1.Condition) gatewayapi.RouteParentStatus {
	return gatewayapi.RouteParentStatus{
		ParentRef:  gatewayapi.ParentReference{Namespace: ptr.To(gatewayapi.Namespace("gateways")), Name: gatewayapi.ObjectName(name)},
		Conditions: conditions,
	}
}

func says(kind gatewayapi.RouteConditionType, status metav1.ConditionStatus, generation int64) metav1.Condition {
	return metav1.Condition{Type: string(kind), Status: status, Reason: "Because", Message: "org-acme", ObservedGeneration: generation}
}

func TestRead(t *testing.T) {
	accepted, resolved := says("Accepted", "True", 2), says("ResolvedRefs", "True", 2)
	public := config.ParentRef{Namespace: "gateways", Name: "public"}
	for name, tc := range map[string]struct {
		parents []config.ParentRef
		answers []gatewayapi.RouteParentStatus
		want    gateway.Verdict
	}{
		"a Gateway that serves it": {
			[]config.ParentRef{public}, []gatewayapi.RouteParentStatus{answer("public", accepted, resolved)}, gateway.Verdict{Status: "True"},
		},
		"no answer": {
			[]config.ParentRef{public}, nil, gateway.Verdict{Status: "Unknown", Message: "Gateway gateways/public has not answered yet"},
		},
		"an answer to an earlier route": {
			[]config.ParentRef{public}, []gatewayapi.RouteParentStatus{answer("public", accepted, says("ResolvedRefs", "True", 1))},
			gateway.Verdict{Status: "Unknown", Message: "Gateway gateways/public has not answered yet"},
		},
		"an answer of another Gateway": {
			[]config.ParentRef{public}, []gatewayapi.RouteParentStatus{answer("private", accepted, resolved)},
			gateway.Verdict{Status: "Unknown", Message: "Gateway gateways/public has not answered yet"},
		},
		"an answer of one listener is not one of all": {
			[]config.ParentRef{{Namespace: "gateways", Name: "public", SectionName: "web"}},
			[]gatewayapi.RouteParentStatus{answer("public", accepted, resolved)},
			gateway.Verdict{Status: "Unknown", Message: "Gateway gateways/public has not answered yet"},
		},
		"U3 a refusal, without the Gateway's own text": {
			[]config.ParentRef{public}, []gatewayapi.RouteParentStatus{answer("public", accepted, says("ResolvedRefs", "False", 2))},
			gateway.Verdict{Status: "False", Message: "Gateway gateways/public: ResolvedRefs is False (Because)"},
		},
		"a refusal by one of two": {
			[]config.ParentRef{{Namespace: "gateways", Name: "private"}, public},
			[]gatewayapi.RouteParentStatus{answer("public", says("Accepted", "False", 2))},
			gateway.Verdict{Status: "False", Message: "Gateway gateways/public: Accepted is False (Because)"},
		},
		"one of two controllers serves it": {
			[]config.ParentRef{public},
			[]gatewayapi.RouteParentStatus{answer("public", says("Accepted", "False", 2)), answer("public", accepted, resolved)},
			gateway.Verdict{Status: "True"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			stored := &gatewayapi.HTTPRoute{ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Generation: 2}}
			stored.Status.Parents = tc.answers
			if got := gateway.Read(stored, &config.Gateway{ParentRefs: tc.parents}); got != tc.want {
				t.Errorf("want %+v, got %+v", tc.want, got)
			}
		})
	}
}
