// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// storm is one tenant's repeated request, from so many clients with a pause each.
type storm struct {
	what    string
	clients int
	pause   time.Duration
	request func(ctx context.Context, m *stormMeter, to rest.Interface, n int64) error
}

// storms are bounded: the pauses bound their requests a second, and the measurement bounds their time.
var storms = []storm{
	{"bindings with long names and accounts that time out after 4 to 12 ms", 5, 100 * time.Millisecond, timedOut},
	{"bindings with 12,000 labels", 1, 350 * time.Millisecond, tooLarge},
	{"ConfigMaps with 12,000 labels, which Polyorg does not see", 1, 350 * time.Millisecond, tooLargeElsewhere},
	{"the same host over and over, timed out", 4, 100 * time.Millisecond, sameHost},
	{"an edition changed to and fro", 1, 250 * time.Millisecond, toAndFro},
}

// raging is a storm in progress.
type raging struct {
	calm            context.CancelFunc
	clients         sync.WaitGroup
	asked, admitted atomic.Int64
}

// rage begins a storm, and returns at once.
func (m *stormMeter) rage(ctx context.Context, s storm) *raging {
	ctx, calm := context.WithCancel(ctx)
	r := &raging{calm: calm}
	for range s.clients {
		r.clients.Go(func() { r.run(ctx, m, s) })
	}
	return r
}

func (r *raging) run(ctx context.Context, m *stormMeter, s storm) {
	to, err := m.stormer()
	if err != nil {
		say("  %v", err)
		return
	}
	for ctx.Err() == nil {
		if s.request(ctx, m, to, r.asked.Add(1)) == nil {
			r.admitted.Add(1)
		}
		_ = pass(ctx, s.pause)
	}
}

// stop ends it, and returns how many requests were sent and stored.
func (r *raging) stop() (asked, admitted int64) {
	r.calm()
	r.clients.Wait()
	return r.asked.Load(), r.admitted.Load()
}

// stormer is a client of the storming tenant's super admin. It does not try again by itself.
func (m *stormMeter) stormer() (rest.Interface, error) {
	config := m.control.ConfigFor(person("owner", 1), customers, "system:authenticated")
	config.APIPath, config.GroupVersion, config.QPS = "/apis", &v1alpha1.GroupVersion, -1
	config.NegotiatedSerializer = serializer.NewCodecFactory(m.scheme).WithoutConversion()
	return rest.RESTClientFor(config)
}

// post creates an object, with a time limit of some milliseconds, unless that is 0.
func post(ctx context.Context, to rest.Interface, plural string, obj client.Object, limit int64) error {
	r := to.Post().Resource(plural).NamespaceIfScoped(obj.GetNamespace(), obj.GetNamespace() != "").Body(obj).MaxRetries(0)
	if limit > 0 {
		r = r.Param("timeout", fmt.Sprintf("%dms", limit))
	}
	return r.Do(ctx).Error()
}

// largest is a binding with the longest account, under a name of some length.
func (m *stormMeter) largest(n int64, length int) *v1alpha1.IntegrationBinding {
	name := fmt.Sprintf("b-%d-", n)
	return &v1alpha1.IntegrationBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + m.orgs[1], Name: name + strings.Repeat("n", length-len(name))},
		Spec: v1alpha1.IntegrationBindingSpec{Application: "ZohoAnalytics", InitiatedFrom: v1alpha1.InitiatedFromCRM,
			Account: fmt.Sprintf("%08d", n) + strings.Repeat("<", 245)},
	}
}

// shortLimit is a time limit of 4 to 12 ms.
func shortLimit(n int64) int64 { return 4 + n%9 }

// timedOut asks under names that are too long for people, and under the longest allowed ones.
func timedOut(ctx context.Context, m *stormMeter, to rest.Interface, n int64) error {
	return post(ctx, to, "integrationbindings", m.largest(n, []int{63, 253}[n%2]), shortLimit(n/2))
}

func tooLarge(ctx context.Context, m *stormMeter, to rest.Interface, n int64) error {
	b := m.largest(1_000_000+n, 63)
	b.Labels = tooManyLabels()
	return post(ctx, to, "integrationbindings", b, 0)
}

// tooLargeElsewhere shows the API server's own part of the cost of such objects.
func tooLargeElsewhere(ctx context.Context, m *stormMeter, _ rest.Interface, n int64) error {
	return m.admin.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: v1alpha1.NamespacePrefix + m.orgs[1], Name: fmt.Sprint("large-", n), Labels: tooManyLabels()}})
}

// tooManyLabels are labels of 1.6 MB, more than etcd takes.
func tooManyLabels() map[string]string {
	labels := map[string]string{}
	for i := range 12_000 {
		labels[fmt.Sprintf("label-%05d-%s", i, strings.Repeat("k", 51))] = strings.Repeat("v", 63)
	}
	return labels
}

func sameHost(ctx context.Context, m *stormMeter, to rest.Interface, n int64) error {
	return to.Patch("application/merge-patch+json").Resource("organizations").Name(m.orgs[1]).MaxRetries(0).
		Body([]byte(`{"spec":{"accessURL":{"name":"wanted"}}}`)).Param("timeout", fmt.Sprintf("%dms", shortLimit(n))).Do(ctx).Error()
}

// toAndFro is a request of the seller and not of the tenant. It still is about the tenant's people.
func toAndFro(ctx context.Context, m *stormMeter, _ rest.Interface, n int64) error {
	return m.edition(ctx, m.orgs[2], []v1alpha1.Edition{v1alpha1.EditionEnterprise, v1alpha1.EditionZohoOne}[n%2])
}
