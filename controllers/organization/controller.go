// SPDX-License-Identifier: Apache-2.0

// Package organization carries out the spec of an organization: a namespace, a first member, access for its members, and a host (A1, R7,
// E3). It removes all of that when the organization is deleted (O7).
package organization

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/grant"
	"github.com/polyorg/polyorg/controllers/internal/routes"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/tally"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/domains"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reconciler keeps the objects of each organization.
type Reconciler struct {
	Client client.Client
	// Own is for objects of the controller's own kind. It sees its own writes.
	Own client.Client
	// Live reads past the cache.
	Live   client.Reader
	Desk   *grant.Desk
	Clock  clock.PassiveClock
	Events events.EventRecorder
	Config *config.OperatorConfig
	Routes *routes.Keeper
	// Challenges are the DNS records that prove custom domains, and Lookups looks them up.
	Challenges domains.Challenges
	Lookups    *domains.Lookups

	bound tally.Tally // organizations with a ClusterRoleBinding
}

// The operator grants update and delete on single organizations, so it must have both itself.
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations,verbs=administer;get;list;watch;update;patch;delete
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=polyorg.io,resources=organizations/finalizers,verbs=update
// +kubebuilder:rbac:groups=polyorg.io,resources=memberships,verbs=get;list;watch;create
// +kubebuilder:rbac:groups=polyorg.io,resources=invitations;integrationbindings;platformpolicies,verbs=get;list;watch
// +kubebuilder:rbac:groups=polyorg.io,resources=hostreservations,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch;create;delete
// +kubebuilder:rbac:groups=batch,resources=jobs,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=gateway.networking.k8s.io,resources=httproutes;referencegrants,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=traefik.io,resources=middlewares,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=clusterroles;clusterrolebindings,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=rolebindings,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=clusterroles,resourceNames=polyorg-organization-admin;polyorg-organization-member,verbs=bind

// Reconcile brings one organization to what its spec says.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	keeper := status.Keeper[*v1alpha1.Organization]{
		Client: r.Own, Clock: r.Clock, Events: r.Events, Parts: parts, Finalizer: v1alpha1.OrganizationFinalizer,
		Alarms: []string{v1alpha1.ConditionTrialEnding, v1alpha1.ConditionSubscriptionEnding, v1alpha1.ConditionForeignAccess,
			v1alpha1.ConditionCustomDomainEnding, v1alpha1.ConditionPreviousHostsFull},
		News: r.news,
	}
	org := &v1alpha1.Organization{}
	result, err := keeper.Keep(ctx, req, org, r.step)
	if err == nil && org.UID == "" {
		r.noteBound(ctx, req.Name, false)
		err = r.unmark(ctx, req.Name)
	}
	return result, err
}

func parts(o *v1alpha1.Organization) (*[]metav1.Condition, *int64) {
	return &o.Status.Conditions, &o.Status.ObservedGeneration
}

func (r *Reconciler) step(ctx context.Context, org *v1alpha1.Organization, say status.Conditions, now time.Time) (time.Duration, error) {
	if rules.Ending(org) {
		again, err := r.end(ctx, org, say, now)
		return again, status.During("give back what belongs to it", err)
	}
	o, err := r.observe(ctx, org, now)
	if err != nil {
		return 0, err
	}
	if org.DeletionTimestamp != nil {
		err = r.hold(ctx, o, say, now)
	} else {
		err = r.bring(ctx, o, say, now)
	}
	return o.next(now), err
}

// bring carries out the spec of an organization.
func (r *Reconciler) bring(ctx context.Context, o *observed, say status.Conditions, now time.Time) (err error) {
	o.report(say, now)
	if o.granted, err = r.Desk.Give(ctx, o.org, say); err != nil {
		return err
	}
	return r.keep(ctx, o, say, now)
}

// keep makes the objects of the organization, in the order in which one needs another.
func (r *Reconciler) keep(ctx context.Context, o *observed, say status.Conditions, now time.Time) error {
	ours, err := r.keepNamespace(ctx, o, say, now)
	if err != nil {
		return status.During("keep its namespace", err)
	}
	if controllerutil.ContainsFinalizer(o.org, metav1.FinalizerDeleteDependents) {
		o.again = leftAgain
		return nil // garbage collection would delete again whatever is made now
	}
	if !ours {
		o.withoutNamespace(say)
		return o.takeObstacles(r.narrowOwnAccess(ctx, o))
	}
	if err := r.reportForeign(ctx, o.org, say); err != nil {
		return err
	}
	if !o.granted {
		return r.withhold(ctx, o, say)
	}
	// Access comes before steps that may fail, so that a person who must lose it does not keep it meanwhile.
	if err := o.takeObstacles(r.keepAccess(ctx, o)); err != nil {
		return status.During("give its members access", err)
	}
	if err := r.keepSuperAdmin(ctx, o); err != nil {
		return status.During("make its super admin a member", err)
	}
	if err := r.serve(ctx, o, say, now); err != nil {
		return err
	}
	if err := r.keepSampleData(ctx, o, say); err != nil {
		return status.During("load its sample data", err)
	}
	o.conclude(say)
	return nil
}

// serve holds the organization's hosts and routes them to its back end (A5). First it routes the hosts that it holds, then it gives up others:
// so a new host works before the former one stops (A6).
func (r *Reconciler) serve(ctx context.Context, o *observed, say status.Conditions, now time.Time) error {
	unproved, failed := r.keepDomain(ctx, o, say, now)
	if err := r.serveHosts(ctx, o, unproved, say, now); err != nil {
		return err
	}
	return failed // no other host waits for a custom domain
}

func (r *Reconciler) serveHosts(ctx context.Context, o *observed, unproved []string, say status.Conditions, now time.Time) error {
	h, err := r.hosts(ctx, o, unproved)
	if err != nil {
		return status.During("hold its hosts", err)
	}
	plan := route.Make(r.facts(o, h, now), r.Config, now)
	if err := r.Routes.Keep(ctx, plan); err != nil {
		reportUnrouted(say, err)
		return status.During("route its hosts", err)
	}
	o.org.Status.AccessURL = plan.URL()
	if err := r.giveUp(ctx, o, h, now); err != nil {
		return status.During("give up its former hosts", err)
	}
	if err := r.keepPrevious(ctx, o, h.now(plan)); err != nil {
		return status.During("keep its former hosts", err)
	}
	o.reportPrevious(say)
	return r.reportHosts(ctx, o, plan, say)
}

// withhold leaves an organization that is beyond its super admin's limits (L1–L5) without access and without hosts. If the surplus worked,
// even for others, the limit would be no limit. So nobody gets anything from it until there is room. The content of its namespace stays,
// and nothing is deleted. An organization that once had power keeps it (L9).
func (r *Reconciler) withhold(ctx context.Context, o *observed, say status.Conditions) error {
	o.members = nil
	o.org.Status.AccessURL = ""
	say.False(v1alpha1.ConditionAccessURLReady, v1alpha1.ReasonOverLimit, "Not served: beyond a limit of the super admin")
	o.awaitSampleData(say, v1alpha1.ReasonOverLimit, "Not loaded: beyond a limit of the super admin")
	if err := r.keepAccess(ctx, o); err != nil {
		return err
	}
	return r.unroute(ctx, o.org)
}
