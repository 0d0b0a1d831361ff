// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"
	"slices"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// The names of what Polyorg installs.
const (
	validating = "polyorg-validating"
	mutating   = "polyorg-mutating"
	service    = "polyorg-webhook"
)

const reinstall = "install Polyorg's manifests again: they hold the webhooks as they must be"

// shipped are the webhooks that Polyorg's manifests install.
var shipped = []string{
	"review.polyorg.io", "spelling.polyorg.io", "stamp-invitation.polyorg.io", "stamp-request.polyorg.io", "stamp.polyorg.io", "validate.polyorg.io",
}

// hook is one webhook of ours in the cluster.
type hook struct {
	name    string
	client  admissionregistrationv1.WebhookClientConfig
	failure *admissionregistrationv1.FailurePolicyType
}

// hooks are all webhooks of ours.
func (d *Doctor) hooks(ctx context.Context) (all []hook, err error) {
	var v admissionregistrationv1.ValidatingWebhookConfiguration
	if err := d.Client.Get(ctx, client.ObjectKey{Name: validating}, &v); err != nil {
		return nil, err
	}
	for _, w := range v.Webhooks {
		all = append(all, hook{w.Name, w.ClientConfig, w.FailurePolicy})
	}
	var m admissionregistrationv1.MutatingWebhookConfiguration
	if err := d.Client.Get(ctx, client.ObjectKey{Name: mutating}, &m); err != nil {
		return nil, err
	}
	for _, w := range m.Webhooks {
		all = append(all, hook{w.Name, w.ClientConfig, w.FailurePolicy})
	}
	return all, nil
}

// webhooks: both configurations are there, fail closed, and lead to an operator.
func (d *Doctor) webhooks(ctx context.Context) (all []Finding) {
	const part = "webhooks"
	hooks, err := d.hooks(ctx)
	switch {
	case apierrors.IsNotFound(err):
		return []Finding{{part, Fault, "the cluster does not ask Polyorg: a webhook configuration is missing", reinstall}}
	case err != nil:
		return unseen(part, err)
	}
	for _, name := range missing(hooks) {
		all = append(all, Finding{part, Fault, name + " is missing, so the cluster does not ask Polyorg about everything", reinstall})
	}
	for _, h := range hooks {
		if h.failure == nil || *h.failure != admissionregistrationv1.Fail {
			all = append(all, Finding{part, Fault, h.name + " lets requests pass while Polyorg does not answer", reinstall})
		}
		if len(h.client.CABundle) == 0 {
			all = append(all, Finding{part, Fault, h.name + " has no CA bundle, so the API server cannot trust the operator",
				"let cert-manager inject the CA, or write it into caBundle (docs/concepts/operations.md)"})
		}
	}
	if len(all) == 0 {
		all = []Finding{{part, OK, fmt.Sprintf("%d webhooks, which fail closed", len(hooks)), ""}}
	}
	if behindService(hooks) {
		all = append(all, d.endpoints(ctx)...)
	}
	return all
}

// missing are the shipped webhooks that the cluster does not have.
func missing(hooks []hook) (names []string) {
	for _, name := range shipped {
		if !slices.ContainsFunc(hooks, func(h hook) bool { return h.name == name }) {
			names = append(names, name)
		}
	}
	return names
}

// behindService reports whether the webhooks lead to a Service, and not to an address, as those of the sandbox do.
func behindService(hooks []hook) bool { return len(hooks) > 0 && hooks[0].client.Service != nil }

// endpoints: the webhooks' Service leads to replicas.
func (d *Doctor) endpoints(ctx context.Context) []Finding {
	const part = "replicas"
	var list discoveryv1.EndpointSliceList
	err := d.Client.List(ctx, &list, client.InNamespace(d.Namespace), client.MatchingLabels{discoveryv1.LabelServiceName: service})
	if err != nil {
		return unseen(part, err)
	}
	ready := 0
	for _, s := range list.Items {
		for _, e := range s.Endpoints {
			if e.Conditions.Ready != nil && *e.Conditions.Ready {
				ready++
			}
		}
	}
	switch ready {
	case 0:
		return []Finding{{part, Fault, "no replica is ready, so every change of an organization is refused",
			fmt.Sprintf("look at: kubectl get pods -n %s, and at their logs", d.Namespace)}}
	case 1:
		return []Finding{{part, Warning, "one replica is ready; while it restarts, nothing can be changed", "run two replicas or more"}}
	}
	return []Finding{{part, OK, fmt.Sprintf("%d are ready", ready), ""}}
}
