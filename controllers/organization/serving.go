// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
)

// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch

// reportHosts says whether the organization is served at its hosts, and if not, what is missing (A2, A5, A7).
func (r *Reconciler) reportHosts(ctx context.Context, o *observed, say status.Conditions) error {
	const kind = v1alpha1.ConditionAccessURLReady
	switch {
	case o.suspended:
		say.False(kind, v1alpha1.ReasonTrialEnded, "Not served: the trial ended without a subscription (A7)")
	case len(o.reserved) > 0:
		say.False(kind, v1alpha1.ReasonHostNotFree,
			"Reserved, and not for this organization: "+strings.Join(o.reserved, ", ")+"; choose another host, or ask the platform to free it (A2)")
	case o.hostsLack:
		say.False(kind, v1alpha1.ReasonHostNotFree, "A host in spec.accessURL is not free; choose another (A2)")
	default:
		return r.reportServing(ctx, o, say)
	}
	return nil
}

// reportServing says how far the way from the hosts to the back end is there. All hosts are held and routed.
func (r *Reconciler) reportServing(ctx context.Context, o *observed, say status.Conditions) error {
	const kind = v1alpha1.ConditionAccessURLReady
	missing, err := r.missingBackend(ctx, o.org)
	if err != nil {
		return err
	}
	taken, err := r.isTaken(ctx, o.org)
	switch {
	case err != nil:
		return err
	case missing != "":
		say.False(kind, v1alpha1.ReasonBackendNotFound, "The hosts are held and routed, and their back end is missing: "+missing+" (A5)")
	case len(o.foreign) > 0:
		say.True(kind, v1alpha1.ReasonForeignReservation,
			"The hosts are held and routed. A HostReservation that the operator did not write redirects elsewhere, and is left as it is: "+
				strings.Join(o.foreign, ", "))
	case !taken:
		say.True(kind, v1alpha1.ReasonRouted, "The hosts are held and routed; no ingress controller has said yet that it serves them")
	default:
		say.True(kind, v1alpha1.ReasonServing, "The hosts are held, and an ingress controller serves them")
	}
	return nil
}

// missingBackend names the Service that answers for the organization, if it is not there.
func (r *Reconciler) missingBackend(ctx context.Context, org *v1alpha1.Organization) (string, error) {
	service := &metav1.PartialObjectMetadata{}
	service.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Service"))
	key := client.ObjectKey{Namespace: namespaceOf(org), Name: *r.backend(org).Name}
	err := r.Client.Get(ctx, key, service)
	if apierrors.IsNotFound(err) {
		return "Service " + key.Name + " in " + key.Namespace, nil
	}
	return "", err
}

// isTaken reports whether an ingress controller has taken the organization's Ingress: then it tells its own address there.
func (r *Reconciler) isTaken(ctx context.Context, org *v1alpha1.Organization) (bool, error) {
	var ingress networkingv1.Ingress
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: namespaceOf(org), Name: ingressName}, &ingress)
	return len(ingress.Status.LoadBalancer.Ingress) > 0, client.IgnoreNotFound(err)
}
