// SPDX-License-Identifier: Apache-2.0

// Package controllers is all of the operator's controllers. One replica runs them, the leader. When it is killed, the next leader finds all
// unfinished work in the objects.
package controllers

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/delivery"
	"github.com/polyorg/polyorg/controllers/hostreservation"
	"github.com/polyorg/polyorg/controllers/integrationbinding"
	"github.com/polyorg/polyorg/controllers/internal/grant"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/routes"
	"github.com/polyorg/polyorg/controllers/invitation"
	"github.com/polyorg/polyorg/controllers/invitationresponse"
	"github.com/polyorg/polyorg/controllers/membership"
	"github.com/polyorg/polyorg/controllers/organization"
	"github.com/polyorg/polyorg/controllers/organizationrequest"
	"github.com/polyorg/polyorg/controllers/platformpolicy"
	"github.com/polyorg/polyorg/controllers/platformroutes"
	"github.com/polyorg/polyorg/controllers/user"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/domains"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/mail/brand/follow"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/token"
)

// Options is what all controllers need beside the manager.
type Options struct {
	Config *config.OperatorConfig
	Clock  clock.PassiveClock
	// Delivery sends the e-mails of invitations. Nil: the operator has no mail server.
	Delivery *delivery.Reconciler
	// Recipients says who wants no e-mail. It is needed beside Delivery.
	Recipients *recipients.Store
	// Branding follows the ConfigMap of e-mails and pages. Nil: there is none.
	Branding *follow.Follower
	// View counts the seats of an organization. Without one, each member and invitation is ranked among all of them.
	View *facts.View
}

// SetupAll registers every controller, and the look-ups that they make in the manager's cache.
func SetupAll(ctx context.Context, mgr ctrl.Manager, o Options) error {
	err := errors.Join(index.Register(ctx, mgr.GetFieldIndexer(), &o.Config.Ingress), routes.Register(ctx, mgr.GetFieldIndexer(), &o.Config.Ingress))
	if err != nil {
		return err
	}
	every, err := all(mgr, o)
	if err != nil {
		return err
	}
	for name, r := range every {
		if err := r.SetupWithManager(mgr); err != nil {
			return fmt.Errorf("set up controller %s: %w", name, err)
		}
	}
	return nil
}

type controller interface {
	SetupWithManager(mgr ctrl.Manager) error
}

// readingOwn makes the client of those who keep a status. It reads an object only after the cache has seen its last write to that object.
// Otherwise a status that changes back in a moment would be compared with the one before, and stay wrong: its own write wakes no controller.
func readingOwn(mgr ctrl.Manager) (client.Client, error) {
	return client.New(mgr.GetConfig(), client.Options{
		HTTPClient: mgr.GetHTTPClient(), Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper(),
		Cache: &client.CacheOptions{Reader: mgr.GetCache(), EnableReadYourWritesConsistency: ptr.To(true)},
	})
}

// challenges makes the DNS records that prove custom domains. Its client reads no cache, because the operator may read that one Secret alone.
func challenges(mgr ctrl.Manager, o Options) (domains.Challenges, error) {
	c, err := client.New(mgr.GetConfig(), client.Options{HTTPClient: mgr.GetHTTPClient(), Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper()})
	if err != nil {
		return domains.Challenges{}, err
	}
	keys := &token.Store{Client: c, Namespace: o.Config.LeaderElection.Namespace, Clock: o.Clock, Secret: domains.SecretName}
	return domains.Challenges{Keys: keys}, nil
}

func all(mgr ctrl.Manager, o Options) (map[string]controller, error) {
	c, live, events := mgr.GetClient(), mgr.GetAPIReader(), mirrored{mgr.GetEventRecorder(v1alpha1.FieldOwner), mgr.GetClient()}
	desk := grant.NewDesk(c, o.View)
	own, err := readingOwn(mgr)
	if err != nil {
		return nil, err
	}
	routed, err := routes.New(c, mgr.GetCache(), live, o.Config, o.Clock)
	if err != nil {
		return nil, err
	}
	challenges, err := challenges(mgr, o)
	if err != nil {
		return nil, err
	}
	every := map[string]controller{}
	if o.Delivery != nil {
		o.Delivery.Client = c
		every["delivery"] = o.Delivery
	}
	enforcement := platformpolicy.NewEnforcement(c, live, platformpolicy.EnforcementInterval)
	branding := platformpolicy.NewBranding(o.Branding, events)
	maps.Copy(every, map[string]controller{
		"organization": &organization.Reconciler{
			Client: c, Own: own, Live: live, Desk: desk, Clock: o.Clock, Events: events, Config: o.Config, Routes: routed,
			Challenges: challenges, Lookups: domains.NewLookups(domains.New(o.Config.Domains)),
		},
		"membership":          &membership.Reconciler{Client: c, Own: own, Desk: desk, Clock: o.Clock, Events: events},
		"invitation":          &invitation.Reconciler{Client: c, Own: own, Live: live, Desk: desk, Namespace: o.Config.LeaderElection.Namespace, Mail: o.Delivery != nil, Recipients: o.Recipients, Clock: o.Clock, Events: events, View: o.View},
		"invitationresponse":  &invitationresponse.Reconciler{Client: c, Own: own, Live: live, Clock: o.Clock, Events: events},
		"organizationrequest": &organizationrequest.Reconciler{Client: c, Own: own, Live: live, Clock: o.Clock, Events: events},
		"integrationbinding":  &integrationbinding.Reconciler{Client: c, Own: own, Desk: desk, Clock: o.Clock, Events: events},
		"hostreservation":     &hostreservation.Reconciler{Client: c, Own: own, Clock: o.Clock, Events: events},
		"user":                &user.Reconciler{Client: c, Own: own, Clock: o.Clock, Events: events, Config: o.Config},
		"platformpolicy":      &platformpolicy.Reconciler{Client: c, Own: own, Clock: o.Clock, Events: events, Enforcement: enforcement, Branding: branding},
		"platformroutes":      &platformroutes.Reconciler{Routes: routed, Config: o.Config},
	})
	return every, nil
}

// Concurrency is how many objects of a kind are reconciled at once, for kinds with many objects. Each waits for the API server most of the
// time, and a slow one delays no other. The desk still gives places one at a time.
func Concurrency() ctrlconfig.Controller {
	const several = 4
	at := map[string]int{}
	for _, kind := range []string{"Organization", "Membership", "Invitation", "InvitationResponse", "OrganizationRequest", "User"} {
		at[kind+"."+v1alpha1.GroupName] = several
	}
	return ctrlconfig.Controller{GroupKindConcurrency: at}
}
