// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/routes"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/route"
)

// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch

// served is the condition that this file keeps.
const served = v1alpha1.ConditionAccessURLReady

// unroute removes everything that leads to an organization.
func (r *Reconciler) unroute(ctx context.Context, org *v1alpha1.Organization) error {
	return r.Routes.Keep(ctx, route.Make(route.Facts{Organization: org, Withheld: true}, r.Config, r.Clock.Now()))
}

// reportUnrouted says that the cluster refused a route: nothing may claim to serve what is not routed. A failure that passes by itself says
// nothing about routes that were there before.
func reportUnrouted(say status.Conditions, err error) {
	if apierrors.IsForbidden(err) || apierrors.IsInvalid(err) || apierrors.IsNotFound(err) {
		say.False(served, v1alpha1.ReasonNotRouted, "The hosts are held, and the cluster refuses their routes; the condition Reconciling says why")
	}
}

// reportHosts says whether the organization is served at its hosts, and if not, what is missing (A2, A5, A7).
func (r *Reconciler) reportHosts(ctx context.Context, o *observed, plan route.Plan, say status.Conditions) error {
	switch {
	case o.suspended:
		say.False(served, o.why, "Not served. "+o.resumption()+" (A7)")
	case len(o.reserved) > 0:
		say.False(served, v1alpha1.ReasonHostNotFree, "Reserved, and not for this organization: "+strings.Join(o.reserved, ", ")+
			"; choose another host, or ask the platform to free it (A2)"+until(plan))
	case o.hostsLack:
		say.False(served, v1alpha1.ReasonHostNotFree, "A host in spec.accessURL is not free; choose another (A2)"+until(plan))
	default:
		return r.reportServing(ctx, o, plan, say)
	}
	return nil
}

// until names the host that serves while another one is not free (A6).
func until(plan route.Plan) string {
	if plan.Present == "" {
		return ""
	}
	return ". Until then the organization is served at " + plan.Present + " (A6)"
}

// reportServing says how far the way from the hosts to the back end is there. All hosts are held and routed.
func (r *Reconciler) reportServing(ctx context.Context, o *observed, plan route.Plan, say status.Conditions) error {
	missing, err := r.missingBackend(ctx, plan)
	if err != nil {
		return err
	}
	answer, err := r.Routes.Answer(ctx, plan)
	if err != nil {
		return err
	}
	if err := r.retire(ctx, o, plan, answer); err != nil {
		return err
	}
	switch {
	case missing != "":
		say.False(served, v1alpha1.ReasonBackendNotFound, "The hosts are held and routed, and their back end is missing: "+missing+" (A5)")
	case answer.Refused != "":
		say.False(served, v1alpha1.ReasonNotRouted, "The hosts are held, and not served: "+answer.Refused)
	case answer.Conflict != "":
		say.False(served, v1alpha1.ReasonHostConflict, answer.Conflict+"; remove its host, so that requests reach this organization (A2)")
	case answer.Waits != "":
		say.Set(served, metav1.ConditionUnknown, v1alpha1.ReasonPending, "The hosts are held and routed. "+answer.Waits)
	case len(o.foreign) > 0:
		say.True(served, v1alpha1.ReasonForeignReservation,
			"The hosts are held and routed. A HostReservation that the operator did not write redirects elsewhere, and is left as it is: "+
				strings.Join(o.foreign, ", "))
	case !answer.Taken:
		say.True(served, v1alpha1.ReasonRouted, "The hosts are held and routed; no ingress controller has said yet that it serves them")
	default:
		say.True(served, v1alpha1.ReasonServing, "The hosts are held, and an ingress controller serves them")
	}
	return nil
}

// retire removes what the configuration before this one left of the routes.
func (r *Reconciler) retire(ctx context.Context, o *observed, plan route.Plan, answer routes.Answer) error {
	after, err := r.Routes.Retire(ctx, plan, answer.Taken)
	if after > 0 {
		o.lookAgain(after)
	}
	return err
}

// missingBackend names the Service that answers for the organization, if it is not there.
func (r *Reconciler) missingBackend(ctx context.Context, plan route.Plan) (string, error) {
	for _, h := range plan.Only(route.Serves) {
		service := &metav1.PartialObjectMetadata{}
		service.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Service"))
		err := r.Client.Get(ctx, client.ObjectKey{Namespace: h.Service.Namespace, Name: h.Service.Name}, service)
		if apierrors.IsNotFound(err) {
			return "Service " + h.Service.Name + " in " + h.Service.Namespace, nil
		}
		return "", err // all of them have one Service
	}
	return "", nil
}
