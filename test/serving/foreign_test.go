// SPDX-License-Identifier: Apache-2.0

package serving

import (
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/edge/traefik"
	"github.com/polyorg/polyorg/test/lab"
)

// foreign is a route for a host that is not the operator's, of the kind of the present mode.
func (s *scene) foreign(host string) client.Object {
	if s.mode == config.RouteByGateway {
		return newRoute(metav1.NamespaceDefault, host)
	}
	return &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: lab.Unique("foreign")},
		Spec: networkingv1.IngressSpec{
			IngressClassName: ptr.To(traefik.Class),
			Rules: []networkingv1.IngressRule{{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{
				Paths: []networkingv1.HTTPIngressPath{{Path: "/", PathType: ptr.To(networkingv1.PathTypePrefix), Backend: networkingv1.IngressBackend{
					Service: &networkingv1.IngressServiceBackend{Name: "foreign", Port: networkingv1.ServiceBackendPort{Number: 80}},
				}}},
			}}}},
		},
	}
}

func clientKey(obj client.Object) client.ObjectKey { return client.ObjectKeyFromObject(obj) }
