// SPDX-License-Identifier: Apache-2.0

package platformpolicy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/config/webhook"
)

// +kubebuilder:rbac:groups=admissionregistration.k8s.io,resources=validatingwebhookconfigurations,resourceNames=polyorg-validating,verbs=get
// +kubebuilder:rbac:groups=admissionregistration.k8s.io,resources=mutatingwebhookconfigurations,resourceNames=polyorg-mutating,verbs=get

// hook is one webhook, of either kind of configuration.
type hook struct {
	name          string
	failurePolicy *admissionregistrationv1.FailurePolicyType
	rules         []admissionregistrationv1.RuleWithOperations
	selectors     []*metav1.LabelSelector
	conditions    []admissionregistrationv1.MatchCondition
}

func hooksOf(configuration client.Object) (hooks []hook) {
	switch c := configuration.(type) {
	case *admissionregistrationv1.MutatingWebhookConfiguration:
		for _, w := range c.Webhooks {
			hooks = append(hooks, hook{w.Name, w.FailurePolicy, w.Rules, []*metav1.LabelSelector{w.NamespaceSelector, w.ObjectSelector}, w.MatchConditions})
		}
	case *admissionregistrationv1.ValidatingWebhookConfiguration:
		for _, w := range c.Webhooks {
			hooks = append(hooks, hook{w.Name, w.FailurePolicy, w.Rules, []*metav1.LabelSelector{w.NamespaceSelector, w.ObjectSelector}, w.MatchConditions})
		}
	}
	return hooks
}

// altered lists where the cluster's webhook configurations enforce less than the shipped ones. A single question cannot show that.
func (e *Enforcement) altered(ctx context.Context) ([]string, error) {
	shipped, err := shippedConfigurations()
	if err != nil {
		return nil, err
	}
	var texts []string
	for want, is := range shipped {
		switch err := e.live.Get(ctx, client.ObjectKeyFromObject(want), is); {
		case apierrors.IsNotFound(err):
			texts = append(texts, fmt.Sprintf("%s %s is missing", want.GetObjectKind().GroupVersionKind().Kind, want.GetName()))
		case err != nil:
			return nil, err
		default:
			texts = append(texts, weaker(hooksOf(want), hooksOf(is))...)
		}
	}
	slices.Sort(texts) // the same text each time
	return texts, nil
}

// shippedConfigurations are those of config/webhook, each with an empty one of its type.
func shippedConfigurations() (map[client.Object]client.Object, error) {
	all := map[client.Object]client.Object{}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(webhook.Manifests)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		object, _, err := clientgoscheme.Codecs.UniversalDeserializer().Decode(document, nil, nil)
		if err != nil {
			return nil, err
		}
		switch c := object.(type) {
		case *admissionregistrationv1.MutatingWebhookConfiguration:
			all[c] = &admissionregistrationv1.MutatingWebhookConfiguration{}
		case *admissionregistrationv1.ValidatingWebhookConfiguration:
			all[c] = &admissionregistrationv1.ValidatingWebhookConfiguration{}
		}
	}
}

// weaker lists where some webhooks enforce less than they should.
func weaker(should, are []hook) (texts []string) {
	for _, want := range should {
		i := slices.IndexFunc(are, func(h hook) bool { return h.name == want.name })
		if i < 0 {
			texts = append(texts, fmt.Sprintf("webhook %s is missing", want.name))
			continue
		}
		texts = append(texts, are[i].weaker(want)...)
	}
	return texts
}

func (h hook) weaker(want hook) (texts []string) {
	if p := h.failurePolicy; p != nil && *p != admissionregistrationv1.Fail {
		texts = append(texts, fmt.Sprintf("webhook %s has failurePolicy %s", h.name, *p))
	}
	conditional := len(h.conditions) > 0 && !slices.Equal(h.conditions, want.conditions)
	if conditional || slices.ContainsFunc(h.selectors, selects) {
		texts = append(texts, fmt.Sprintf("webhook %s has a selector or condition, and is not asked about the rest", h.name))
	}
	if missed := h.missed(want.rules); len(missed) > 0 {
		texts = append(texts, fmt.Sprintf("webhook %s is not asked about each change of %s", h.name, strings.Join(missed, ", ")))
	}
	return texts
}

// selects reports whether a selector leaves anything out. The API server stores an empty one where there is none.
func selects(s *metav1.LabelSelector) bool {
	return s != nil && len(s.MatchLabels)+len(s.MatchExpressions) > 0
}

// missed are the resources that rules do not cover in full.
func (h hook) missed(rules []admissionregistrationv1.RuleWithOperations) (resources []string) {
	for _, want := range rules {
		for _, resource := range want.Resources {
			if slices.ContainsFunc(want.Operations, func(o admissionregistrationv1.OperationType) bool { return !h.hears(want, resource, o) }) {
				resources = append(resources, resource)
			}
		}
	}
	return resources
}

// hears reports whether one rule of the webhook covers an operation on a resource.
func (h hook) hears(want admissionregistrationv1.RuleWithOperations, resource string, operation admissionregistrationv1.OperationType) bool {
	return slices.ContainsFunc(h.rules, func(r admissionregistrationv1.RuleWithOperations) bool {
		return has(r.Operations, operation) && has(r.APIGroups, want.APIGroups[0]) && has(r.APIVersions, want.APIVersions[0]) &&
			has(r.Resources, resource) && (r.Scope == nil || *r.Scope == admissionregistrationv1.AllScopes)
	})
}

func has[T ~string](list []T, want T) bool {
	return slices.Contains(list, want) || slices.Contains(list, "*")
}
