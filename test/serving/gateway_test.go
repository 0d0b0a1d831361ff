// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/edge/traefik"
	"github.com/polyorg/polyorg/test/lab"
)

const gatewayNamespace, gatewayName = "gateways", "public"

var (
	gatewayKind = schema.GroupVersionKind{Group: "gateway.networking.k8s.io", Version: "v1", Kind: "Gateway"}
	routeKind   = gatewayKind.GroupVersion().WithKind("HTTPRoute")
	ingressKind = schema.GroupVersionKind{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress"}
)

// openGateway makes the Gateway that all organizations share, with one listener for all hosts. It waits until the controller serves it.
func (s *scene) openGateway(ctx context.Context) {
	GinkgoHelper()
	gateway := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"gatewayClassName": traefik.Class,
		"listeners": []any{map[string]any{
			"name": "https", "protocol": "HTTPS", "port": int64(s.traefik.WebSecure),
			"tls":           map[string]any{"mode": "Terminate", "certificateRefs": []any{map[string]any{"name": wildcard}}},
			"allowedRoutes": map[string]any{"namespaces": map[string]any{"from": "All"}},
		}},
	}}}
	gateway.SetGroupVersionKind(gatewayKind)
	gateway.SetNamespace(gatewayNamespace)
	gateway.SetName(gatewayName)
	Expect(s.Platform.Create(ctx, gateway)).To(Succeed())
	Eventually(ctx, func(g Gomega) {
		g.Expect(s.Platform.Get(ctx, client.ObjectKeyFromObject(gateway), gateway)).To(Succeed())
		conditions, _, err := unstructured.NestedSlice(gateway.Object, "status", "conditions")
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(conditions).To(ContainElement(And(HaveKeyWithValue("type", "Programmed"), HaveKeyWithValue("status", "True"))))
	}).Should(Succeed())
}

// serveDomain gives the ingress controller the certificate of a custom domain. Cert-manager does that in a cluster.
func (s *scene) serveDomain(ctx context.Context, domain string) {
	GinkgoHelper()
	secret := "tls-" + domain
	s.certificate(ctx, crmNamespace, secret, domain)
	s.certificate(ctx, gatewayNamespace, secret, domain)
	gateway := &unstructured.Unstructured{}
	gateway.SetGroupVersionKind(gatewayKind)
	Expect(s.Platform.Get(ctx, client.ObjectKey{Namespace: gatewayNamespace, Name: gatewayName}, gateway)).To(Succeed())
	listeners, _, err := unstructured.NestedSlice(gateway.Object, "spec", "listeners")
	Expect(err).NotTo(HaveOccurred())
	tls := listeners[0].(map[string]any)["tls"].(map[string]any)
	tls["certificateRefs"] = append(tls["certificateRefs"].([]any), map[string]any{"name": secret})
	Expect(unstructured.SetNestedSlice(gateway.Object, listeners, "spec", "listeners")).To(Succeed())
	Expect(s.Platform.Update(ctx, gateway)).To(Succeed())
}

// routes are the objects of a kind that route an organization.
func (s *scene) routes(ctx context.Context, kind schema.GroupVersionKind, org *v1alpha1.Organization) ([]unstructured.Unstructured, error) {
	all := &unstructured.UnstructuredList{}
	all.SetGroupVersionKind(kind)
	err := s.Platform.List(ctx, all, client.MatchingLabels{v1alpha1.OrganizationLabel: org.Name})
	return all.Items, err
}

// newRoute is an HTTPRoute of somebody else for a host.
func newRoute(namespace, host string) *unstructured.Unstructured {
	route := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"parentRefs": []any{map[string]any{"namespace": gatewayNamespace, "name": gatewayName}},
		"hostnames":  []any{host},
		"rules": []any{map[string]any{"filters": []any{map[string]any{
			"type": "RequestRedirect", "requestRedirect": map[string]any{"hostname": "foreign.example", "statusCode": int64(302)},
		}}}},
	}}}
	route.SetGroupVersionKind(routeKind)
	route.SetNamespace(namespace)
	route.SetName(lab.Unique("foreign"))
	return route
}
