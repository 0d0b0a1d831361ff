// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/edge/crm"
	"github.com/polyorg/polyorg/internal/edge/traefik"
)

const (
	// visitors is how many ask at once in a burst. Each asks for the oldest host that nobody has entered.
	visitors = 4
	// visitPause is the time between two attempts of theirs.
	visitPause = 20 * time.Millisecond
	// burstEntries bounds the wait for all of a burst.
	burstEntries = time.Hour
)

// together makes organizations at once, and enters each when its route is stored.
func (m *entryMeter) together(ctx context.Context) (b ServingBurst, err error) {
	say("  %d organizations at once", m.burst)
	b = ServingBurst{Organizations: m.burst, CPU: map[string]float64{}, SteadySeconds: m.steady.Seconds()}
	for len(m.stored.news) > 0 {
		<-m.stored.news // those before
	}
	asked, spent, err := m.look(ctx)
	if err != nil {
		return b, err
	}
	began := time.Now()
	routed := make(chan string, m.burst)
	var last time.Time // read after the channel is closed
	go func() {
		defer close(routed)
		for range m.burst {
			select {
			case name := <-m.stored.news:
				routed <- name
			case <-ctx.Done():
				return
			}
		}
		last = time.Now()
	}()
	made, served, err := m.enterAll(ctx, routed, func(i int) error {
		return patiently(func() error {
			return client.IgnoreAlreadyExists(m.create(ctx, newCustomer(fmt.Sprintf("burst-%d", i))))
		})
	})
	if err != nil {
		return b, err
	}
	if _, err := m.awaitCalm(ctx); err != nil {
		return b, err
	}
	askedSince, spentSince, err := m.look(ctx)
	if err != nil {
		return b, err
	}
	b.Made, b.Routed, b.Served = made.Sub(began).Seconds(), last.Sub(began).Seconds(), served.Sub(began).Seconds()
	b.count(askedSince, asked)
	for name, seconds := range spentSince.cpu {
		b.CPU[name] = (seconds - spent.cpu[name]) / float64(m.burst) * 1000
	}
	say("    made in %.1f s, routed in %.1f s, served in %.1f s, with %.1f writes each", b.Made, b.Routed, b.Served, b.Writes)
	b.Steady, err = m.rest(ctx)
	return b, err
}

// count notes the writes of a burst for each organization.
func (b *ServingBurst) count(after, before requests) {
	b.Requests = map[string]float64{}
	for what, n := range after.writesSince(before) {
		if each := float64(n) / float64(b.Organizations); each >= 0.005 {
			b.Requests[what] = each
		}
		if isOperators(what) {
			b.Writes += float64(n) / float64(b.Organizations)
		}
	}
}

// isOperators reports whether the operator is the one who makes such a write here. The load makes the organizations, and the ingress controller
// writes the status of routes.
func isOperators(what string) bool {
	return !strings.HasPrefix(what, "POST organizations ") && !slices.ContainsFunc([]string{"ingresses", "httproutes", "gateways", "gatewayclasses"},
		func(resource string) bool { return strings.Contains(what, " "+resource+"/status ") })
}

// rest counts the writes while nothing happens.
func (m *entryMeter) rest(ctx context.Context) (n int, err error) {
	before, err := countRequests(ctx, m.kube)
	if err != nil {
		return 0, err
	}
	if err := pass(ctx, m.steady); err != nil {
		return 0, err
	}
	after, err := countRequests(ctx, m.kube)
	for what, more := range after.writesSince(before) {
		say("    in steady state: %s, %d times", what, more)
		n += more
	}
	return n, err
}

// enterAll makes as many things at once as a burst has, while visitors enter each host that comes. It returns when the last was made, and when
// the last was entered.
func (m *entryMeter) enterAll(ctx context.Context, hosts <-chan string, create func(i int) error) (made, served time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, burstEntries)
	defer cancel()
	errs := make([]error, visitors)
	entered := make([]time.Time, visitors)
	var all sync.WaitGroup
	for v := range visitors {
		all.Go(func() {
			for host := range hosts {
				if entered[v], errs[v] = m.awaitEntry(ctx, host, visitPause); errs[v] != nil {
					cancel()
				}
			}
		})
	}
	err = inParallel(m.burst, create)
	made = time.Now()
	if err != nil {
		return made, made, err
	}
	all.Wait()
	for v := range visitors {
		if errs[v] != nil {
			return made, made, errs[v]
		}
		if entered[v].After(served) {
			served = entered[v]
		}
	}
	return made, served, nil
}

// alone makes as many routes by hand, each with the objects that the operator would write.
func (m *entryMeter) alone(ctx context.Context) (a ServingAlone, err error) {
	say("  %d routes at once, without the operator", m.burst)
	a.Routes = m.burst
	began := time.Now()
	hosts, done := make(chan string, m.burst), atomic.Int64{}
	made, served, err := m.enterAll(ctx, hosts, func(i int) error {
		name := fmt.Sprintf("alone-%d", i)
		for _, object := range m.byHand(name) {
			if err := m.admin.Create(ctx, object); err != nil {
				return err
			}
		}
		hosts <- name
		if int(done.Add(1)) == m.burst {
			close(hosts)
		}
		return nil
	})
	a.Made, a.Served = made.Sub(began).Seconds(), served.Sub(began).Seconds()
	return a, err
}

// byHand are the objects by which a host leads to the CRM.
func (m *entryMeter) byHand(name string) []*unstructured.Unstructured {
	host := name + "." + baseDomain
	if m.mode == config.RouteByGateway {
		return []*unstructured.Unstructured{m.handRoute(name, host)}
	}
	header := object(traefikMiddleware, name, map[string]any{"headers": map[string]any{"customRequestHeaders": map[string]any{crm.Header: name}}})
	backend := map[string]any{"service": map[string]any{"name": crmService, "port": map[string]any{"number": int64(m.crmPort)}}}
	ingress := object(routeKinds[m.mode], name, map[string]any{
		"ingressClassName": traefik.Class,
		"rules": []any{map[string]any{"host": host, "http": map[string]any{"paths": []any{
			map[string]any{"path": "/", "pathType": "Prefix", "backend": backend},
		}}}},
	})
	ingress.SetAnnotations(map[string]string{"traefik.ingress.kubernetes.io/router.middlewares": crmNamespace + "-" + name + "@kubernetescrd"})
	return []*unstructured.Unstructured{header, ingress}
}

func (m *entryMeter) handRoute(name, host string) *unstructured.Unstructured {
	set := map[string]any{"set": []any{map[string]any{"name": crm.Header, "value": name}}}
	return object(routeKinds[m.mode], name, map[string]any{
		"parentRefs": []any{map[string]any{"name": gatewayName}},
		"hostnames":  []any{host},
		"rules": []any{map[string]any{
			"filters":     []any{map[string]any{"type": "RequestHeaderModifier", "requestHeaderModifier": set}},
			"backendRefs": []any{map[string]any{"name": crmService, "port": int64(m.crmPort)}},
		}},
	})
}

// object makes one beside the CRM.
func object(kind schema.GroupVersionKind, name string, spec map[string]any) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	o.SetGroupVersionKind(kind)
	o.SetNamespace(crmNamespace)
	o.SetName(name)
	return o
}
