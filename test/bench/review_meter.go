// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// bare marks the reviews that go to the webhook that does nothing.
const bare = "bench.polyorg.io/bare"

// reviewLoad is one kind of request.
type reviewLoad struct {
	what         string
	bare, dryRun bool
}

// reviewLoads begin with the review. The others create the same object, by the same people.
var reviewLoads = []reviewLoad{
	{what: "review (dry run)", dryRun: true},
	{what: "create, empty webhook (dry run)", bare: true, dryRun: true},
	{what: "create, empty webhook (stored)", bare: true},
}

// reviewMeter is one cluster with two webhooks: that of the review, and one that does nothing. A label decides which of them is asked. So
// both meet the same API server at the same time.
type reviewMeter struct {
	*cluster
	reviewing
	organizations int // in the cluster
	empty         *relay
	next          atomic.Int64
}

func (m *reviewMeter) stop() {
	if m.empty != nil {
		m.empty.close()
	}
	if m.cluster != nil {
		m.cluster.stop()
	}
}

// start makes the people and their organizations, past admission, and then installs the webhooks.
func (m *reviewMeter) start(ctx context.Context) (err error) {
	if m.cluster, err = startCluster(ctx); err != nil {
		return err
	}
	if m.empty, err = newRelay(); err != nil {
		return err
	}
	say("%d people in %d of %d organizations each", m.people, m.each, m.organizations)
	steps := []func() error{
		func() error { return m.serve(ctx, "journal", replicaCount) },
		func() error { return m.serveBehind(ctx, m.empty, "empty", replicaCount) },
		func() error { return m.letPeopleAsk(ctx) },
		func() error { return m.populate(ctx, m.organizations) },
		func() error { return m.grantAll(ctx) },
		func() error { return inParallel(m.people*m.each, func(i int) error { return m.joins(ctx, i) }) },
		func() error { return m.exempt(ctx) },
		func() error { return m.installWebhooks(ctx) },
		func() error { return m.quiet(ctx, quietAtFirst) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// installWebhooks installs the shipped webhook of reviews, and beside it the empty one.
func (m *reviewMeter) installWebhooks(ctx context.Context) error {
	shipped := &admissionregistrationv1.MutatingWebhookConfiguration{}
	if err := decodeShipped(filepath.Join(m.root, "config", "webhook", "manifests.yaml"), mutating, shipped); err != nil {
		return err
	}
	review := filter(shipped.Webhooks, func(w admissionregistrationv1.MutatingWebhook) bool { return w.Name == "review.polyorg.io" })
	if len(review) != 1 {
		return errors.New("the manifests have no review.polyorg.io")
	}
	nothing := *review[0].DeepCopy()
	nothing.Name, nothing.ClientConfig.Service.Path = "nothing.polyorg.io", new("/validate")
	m.lead(&review[0], m.relay, metav1.LabelSelectorOpDoesNotExist)
	m.lead(&nothing, m.empty, metav1.LabelSelectorOpExists)
	shipped.Webhooks = []admissionregistrationv1.MutatingWebhook{review[0], nothing}
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: nothing.ClientConfig.Service.Name},
		Spec: corev1.ServiceSpec{ClusterIP: relayIP, Ports: []corev1.ServicePort{
			{Name: "review", Port: m.relay.port()}, {Name: "nothing", Port: m.empty.port()},
		}},
	}
	if err := errors.Join(m.admin.Create(ctx, service), m.admin.Create(ctx, shipped)); err != nil {
		return err
	}
	return m.answered(ctx)
}

// lead sends the reviews with or without the mark through a relay.
func (m *reviewMeter) lead(w *admissionregistrationv1.MutatingWebhook, through *relay, marked metav1.LabelSelectorOperator) {
	port := through.port()
	w.ClientConfig.Service.Port, w.ClientConfig.CABundle = &port, m.ca.Cert()
	w.ObjectSelector = selected(marked)
}

// exempt lets reviews with the mark be stored. All others have the shipped policy, and its cost.
func (m *reviewMeter) exempt(ctx context.Context) error {
	binding := &admissionregistrationv1.ValidatingAdmissionPolicyBinding{}
	if err := m.admin.Get(ctx, client.ObjectKey{Name: "polyorg-selfreviews"}, binding); err != nil {
		return err
	}
	binding.Spec.MatchResources = &admissionregistrationv1.MatchResources{ObjectSelector: selected(metav1.LabelSelectorOpDoesNotExist)}
	return m.admin.Update(ctx, binding)
}

// selected are the reviews with or without the mark.
func selected(marked metav1.LabelSelectorOperator) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: bare, Operator: marked}}}
}

// answered returns when the API server calls both webhooks, and a review shows all of a person's organizations.
func (m *reviewMeter) answered(ctx context.Context) error {
	reader, err := m.as(person("reader", 0))
	if err != nil {
		return err
	}
	var last error
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		r := reviewOf(0, false)
		last = errors.Join(reader.Create(ctx, r, client.DryRunAll), client.IgnoreAlreadyExists(reader.Create(ctx, reviewOf(0, true))))
		if last == nil && len(r.Status.Organizations) != m.each {
			last = fmt.Errorf("the review shows %d organizations", len(r.Status.Organizations))
		}
		return last == nil && m.empty.accepted.Load() > 0, nil
	})
	return errors.Join(err, last)
}

func reviewOf(n int64, marked bool) *v1alpha1.SelfReview {
	r := &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("r-%d", n)}}
	if marked {
		r.Labels = map[string]string{bare: ""}
	}
	return r
}

// measure lets so many clients ask for a while, each over a connection of its own.
func (m *reviewMeter) measure(ctx context.Context, l reviewLoad, clients int, warmUp, cell time.Duration) (measured ReviewCell, err error) {
	measured = ReviewCell{Organizations: m.organizations, Clients: clients, What: l.what}
	all := make([]rest.Interface, clients)
	for i := range all {
		if all[i], err = m.asker(); err != nil {
			return measured, err
		}
	}
	from := time.Now().Add(warmUp)
	until := from.Add(cell)
	var mu sync.Mutex
	var took []time.Duration
	var running sync.WaitGroup
	for _, c := range all {
		running.Go(func() {
			own, failed := m.asks(ctx, c, l, from, until)
			mu.Lock()
			defer mu.Unlock()
			took, measured.Failed = append(took, own...), measured.Failed+failed
		})
	}
	running.Wait()
	measured.PerSecond = float64(len(took)) / cell.Seconds()
	measured.P50, measured.P99 = milliseconds(percentile(took, 50)), milliseconds(percentile(took, 99))
	return measured, ctx.Err()
}

// asks sends one request after the other, and returns the times of those that were answered between two instants.
func (m *reviewMeter) asks(ctx context.Context, to rest.Interface, l reviewLoad, from, until time.Time) (took []time.Duration, failed int) {
	for ctx.Err() == nil {
		started := time.Now()
		err := m.ask(ctx, to, l)
		ended := time.Now()
		switch {
		case ended.After(until):
			return took, failed
		case err != nil:
			failed++
		case ended.After(from):
			took = append(took, ended.Sub(started))
		}
	}
	return took, failed
}

// ask makes one request, as the next person.
func (m *reviewMeter) ask(ctx context.Context, to rest.Interface, l reviewLoad) error {
	n := m.next.Add(1)
	r := to.Post().Resource("selfreviews").Body(reviewOf(n, l.bare)).MaxRetries(0).
		SetHeader("Impersonate-User", reader(n, m.people)).SetHeader("Impersonate-Group", customers, "system:authenticated")
	if l.dryRun {
		r = r.Param("dryRun", metav1.DryRunAll)
	}
	return r.Do(ctx).Error()
}

// asker is a client with a connection of its own.
func (m *reviewMeter) asker() (rest.Interface, error) {
	config := m.control.Config()
	config.APIPath, config.GroupVersion, config.QPS = "/apis", &v1alpha1.GroupVersion, -1
	config.NegotiatedSerializer = serializer.NewCodecFactory(m.scheme).WithoutConversion()
	tls, err := rest.TLSConfigFor(config)
	if err != nil {
		return nil, err
	}
	return rest.RESTClientForConfigAndClient(config, &http.Client{Transport: &http.Transport{TLSClientConfig: tls, ForceAttemptHTTP2: true}})
}
