// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	networkingacv1 "k8s.io/client-go/applyconfigurations/networking/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
)

// ingressName is the name of the Ingress in each organization's namespace.
const ingressName = "polyorg-access"

// keepIngress routes the hosts to the organization's back end (A5); without hosts there is no Ingress (A7).
func (r *Reconciler) keepIngress(ctx context.Context, o *observed, hosts []string) error {
	live := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: namespaceOf(o.org), Name: ingressName}}
	if len(hosts) == 0 {
		return child.Remove(ctx, r.Client, live)
	}
	return child.Keep(ctx, r.Client, live, r.ingress(o.org, hosts), networkingacv1.ExtractIngress)
}

func (r *Reconciler) ingress(org *v1alpha1.Organization, hosts []string) *networkingacv1.IngressApplyConfiguration {
	spec := networkingacv1.IngressSpec()
	if class := r.Config.Ingress.ClassName; class != "" {
		spec.WithIngressClassName(class)
	}
	for _, host := range hosts {
		path := networkingacv1.HTTPIngressPath().WithPath("/").WithPathType(networkingv1.PathTypePrefix).
			WithBackend(networkingacv1.IngressBackend().WithService(r.backend(org)))
		spec.WithRules(networkingacv1.IngressRule().WithHost(host).
			WithHTTP(networkingacv1.HTTPIngressRuleValue().WithPaths(path)))
	}
	return networkingacv1.Ingress(ingressName, namespaceOf(org)).
		WithLabels(child.Labels(org)).WithOwnerReferences(child.OwnerOf(org)).WithSpec(spec)
}

// backend is the organization's own Service, or else the one that the operator's configuration names.
func (r *Reconciler) backend(org *v1alpha1.Organization) *networkingacv1.IngressServiceBackendApplyConfiguration {
	name, port := r.Config.Ingress.Backend.ServiceName, r.Config.Ingress.Backend.Port
	if u := org.Spec.AccessURL; u != nil && u.Backend != nil {
		name, port = u.Backend.ServiceName, u.Backend.Port
	}
	return networkingacv1.IngressServiceBackend().WithName(name).WithPort(networkingacv1.ServiceBackendPort().WithNumber(port))
}
