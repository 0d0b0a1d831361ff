// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// accessMeter measures how long the API server takes to decide on access.
type accessMeter struct {
	cluster *cluster
	rounds  int
	cell    time.Duration // how long each question is repeated each time
	kube    kubernetes.Interface
	bound   AccessStep // the bindings that exist
}

// accessQuestion is one request of one actor.
type accessQuestion struct {
	who, user, what string
	attributes      authorizationv1.ResourceAttributes
	allowed         bool
	request         func(context.Context, client.Client) error
}

// These are the organization that exists from the beginning, and the people whom the questions are about.
const (
	firstOrganization = "first"
	firstAdmin        = "admin@first.zylker.com"
	firstMember       = "member@first.zylker.com"
	outsider          = "outsider@zylker.com"
	platformActor     = "operations"
)

func accessQuestions() []accessQuestion {
	organization := authorizationv1.ResourceAttributes{Group: v1alpha1.GroupName, Resource: "organizations", Verb: "get", Name: firstOrganization}
	members := authorizationv1.ResourceAttributes{
		Group: v1alpha1.GroupName, Resource: "memberships", Verb: "list", Namespace: v1alpha1.NamespacePrefix + firstOrganization}
	get := func(ctx context.Context, c client.Client) error {
		return c.Get(ctx, client.ObjectKey{Name: firstOrganization}, &v1alpha1.Organization{})
	}
	list := func(ctx context.Context, c client.Client) error {
		return c.List(ctx, &v1alpha1.MembershipList{}, client.InNamespace(members.Namespace))
	}
	return []accessQuestion{
		{"an administrator", firstAdmin, "the own Organization", organization, true, get},
		{"a member", firstMember, "the own namespace", members, true, list},
		{"an outsider", outsider, "an Organization", organization, false, get},
		{"an outsider", outsider, "a namespace", members, false, list},
		{"a platform actor", platformActor, "an Organization", organization, true, get},
	}
}

// measure asks all questions in turn, several times over, and keeps the median of each figure.
func (m *accessMeter) measure(ctx context.Context, step *AccessStep) error {
	say("measuring with %d namespaces and %d own bindings", step.Namespaces, step.Own)
	for _, q := range accessQuestions() {
		step.Cells = append(step.Cells, AccessCell{Who: q.who, What: q.what})
	}
	reviews, requests := make([][]AccessTimes, len(step.Cells)), make([][]AccessTimes, len(step.Cells))
	for range m.rounds {
		for i, q := range accessQuestions() {
			review, request, err := m.ask(ctx, q)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", q.who, q.what, err)
			}
			reviews[i], requests[i] = append(reviews[i], review), append(requests[i], request)
		}
	}
	for i := range step.Cells {
		step.Cells[i].Review, step.Cells[i].Request = medianTimes(reviews[i]), medianTimes(requests[i])
	}
	var err error
	step.Heap, err = m.heap(ctx)
	return err
}

func medianTimes(all []AccessTimes) AccessTimes {
	of := func(figure func(AccessTimes) float64) float64 {
		values := make([]float64, len(all))
		for i, t := range all {
			values[i] = figure(t)
		}
		return median(values)
	}
	return AccessTimes{
		P50: of(func(t AccessTimes) float64 { return t.P50 }),
		P99: of(func(t AccessTimes) float64 { return t.P99 }),
		CPU: of(func(t AccessTimes) float64 { return t.CPU }),
	}
}

func (m *accessMeter) ask(ctx context.Context, q accessQuestion) (review, request AccessTimes, err error) {
	config, err := m.cluster.control.ConfigWithCertificate(q.user)
	if err != nil {
		return review, request, err
	}
	c, err := client.New(config, client.Options{Scheme: m.cluster.scheme})
	if err != nil {
		return review, request, err
	}
	if review, err = m.time(ctx, func() error { return m.review(ctx, q) }); err != nil {
		return review, request, err
	}
	request, err = m.time(ctx, func() error { return q.expect(q.request(ctx, c)) })
	return review, request, err
}

// expect returns an error for an unexpected answer: otherwise the figures would be those of another question.
func (q accessQuestion) expect(err error) error {
	switch {
	case q.allowed:
		return err
	case apierrors.IsForbidden(err):
		return nil
	}
	return fmt.Errorf("not forbidden: %v", err) //nolint:errorlint // there may be none
}

// time repeats one question for the duration of a cell, after a few times that do not count.
func (m *accessMeter) time(ctx context.Context, question func() error) (AccessTimes, error) {
	for range 20 {
		if err := question(); err != nil {
			return AccessTimes{}, err
		}
	}
	pid, err := m.cluster.pid("kube-apiserver")
	if err != nil {
		return AccessTimes{}, err
	}
	before, err := cpuSeconds(pid)
	if err != nil {
		return AccessTimes{}, err
	}
	var took []time.Duration
	for until := time.Now().Add(m.cell); time.Now().Before(until) && ctx.Err() == nil; {
		start := time.Now()
		if err := question(); err != nil {
			return AccessTimes{}, err
		}
		took = append(took, time.Since(start))
	}
	after, err := cpuSeconds(pid)
	micro := func(d time.Duration) float64 { return 1000 * milliseconds(d) }
	return AccessTimes{
		P50: micro(percentile(took, 50)), P99: micro(percentile(took, 99)), CPU: (after - before) * 1e6 / float64(len(took)),
	}, errors.Join(err, ctx.Err())
}

// review asks as an administrator of the cluster, so that RBAC does not decide on the review itself.
func (m *accessMeter) review(ctx context.Context, q accessQuestion) error {
	r := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: q.user, Groups: []string{"system:authenticated"}, ResourceAttributes: &q.attributes,
	}}
	r, err := m.kube.AuthorizationV1().SubjectAccessReviews().Create(ctx, r, metav1.CreateOptions{})
	if err == nil && r.Status.Allowed != q.allowed {
		return fmt.Errorf("allowed: %v (%s)", r.Status.Allowed, r.Status.Reason)
	}
	return err
}

// heap is the API server's heap that is in use after a garbage collection. Asking for the profile causes one.
func (m *accessMeter) heap(ctx context.Context) (int64, error) {
	get := func(path string) ([]byte, error) {
		return m.kube.Discovery().RESTClient().Get().RequestURI(path).DoRaw(ctx)
	}
	if _, err := get("/debug/pprof/heap?gc=1"); err != nil {
		return 0, err
	}
	text, err := get("/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "go_memstats_heap_alloc_bytes "); ok {
			bytes, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return int64(bytes), err
		}
	}
	return 0, errors.New("the API server does not tell its heap")
}
