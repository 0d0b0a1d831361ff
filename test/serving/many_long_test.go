// SPDX-License-Identifier: Apache-2.0

//go:build long

package serving

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"k8s.io/client-go/kubernetes"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	// many is how many organizations are made at once, and clients how many make them.
	many, clients = 1000, 16
	// atMostWrites is how many writes of the operator an organization may cost.
	atMostWrites = 9
)

var _ = inEachMode(func(s *scene) {
	It("A5: a thousand organizations that are made at once are all served, and then nothing is written any more", func(ctx context.Context) {
		before := s.writes(ctx)
		began := time.Now()
		orgs := make([]*v1alpha1.Organization, many)
		lab.AtMost(clients, many, func(i int) {
			orgs[i] = lab.Create(ctx, s.Platform, lab.NewOrganization(lab.Person("boss"), 5))
		})
		made := time.Since(began)
		lab.AtMost(clients, many, func(i int) {
			Eventually(ctx, func() (answer, error) { return s.get(ctx, visit{host: host(orgs[i].Name)}) }).
				WithTimeout(15*time.Minute).WithPolling(250*time.Millisecond).Should(leadTo(orgs[i]), orgs[i].Name)
		})
		served := time.Since(began)
		s.awaitCalm(ctx)
		spent := s.writes(ctx).since(before)
		AddReportEntry("made", made.Round(time.Millisecond).String())
		AddReportEntry("served", served.Round(time.Millisecond).String())
		AddReportEntry("writes of the operator for each", fmt.Sprintf("%.2f", spent.operators/many))
		AddReportEntry("writes by resource, those of others too", spent.describe(many))

		calm := s.writes(ctx)
		Consistently(ctx, func() string { return s.writes(ctx).since(calm).describe(1) }).
			WithTimeout(20*time.Second).WithPolling(time.Second).Should(BeEmpty(), "writes in steady state")
		Expect(spent.operators/many).To(BeNumerically("<=", atMostWrites), spent.describe(many))
		Expect(spent.operators/many).To(BeNumerically(">", 1), "the count must see the operator's writes")
	}, NodeTimeout(30*time.Minute))
})

// writes are counted requests that change something, without leases and reviews, which an idle operator sends too.
type writes struct {
	// operators are the operator's own.
	operators float64
	// byResource are everybody's.
	byResource map[string]float64
}

func (w writes) since(before writes) writes {
	more := writes{operators: w.operators - before.operators, byResource: map[string]float64{}}
	for what, n := range w.byResource {
		more.byResource[what] = n - before.byResource[what]
	}
	return more
}

// describe shows those that were not rare, for each of n.
func (w writes) describe(n float64) string {
	var all []string
	for _, what := range slices.Sorted(maps.Keys(w.byResource)) {
		if each := w.byResource[what] / n; each >= 0.01 {
			all = append(all, fmt.Sprintf("%s %.2f", what, each))
		}
	}
	return strings.Join(all, ", ")
}

// writes counts what the replicas sent, by their own metrics. Leases and reviews are taken off as the API server counts them. It writes a
// lease of its own six times a minute, so the difference is a few too small.
func (s *scene) writes(ctx context.Context) writes {
	GinkgoHelper()
	w := writes{byResource: s.serverWrites(ctx)}
	for i := range s.Operator.Replicas() {
		families, err := s.Operator.Metrics(ctx, i)
		Expect(err).NotTo(HaveOccurred())
		for _, m := range families["rest_client_requests_total"].GetMetric() {
			if labels(m)["method"] != "GET" {
				w.operators += m.GetCounter().GetValue()
			}
		}
	}
	for what, n := range w.byResource {
		if idle(what) {
			w.operators -= n
			delete(w.byResource, what)
		}
	}
	return w
}

// idle reports whether a request is one that changes nothing that anybody sees.
func idle(what string) bool {
	return strings.Contains(what, " leases") || strings.Contains(what, "reviews")
}

// serverWrites are the writes of all clients that the API server has counted, by verb and resource.
func (s *scene) serverWrites(ctx context.Context) map[string]float64 {
	GinkgoHelper()
	kube, err := kubernetes.NewForConfig(s.Control.Config())
	Expect(err).NotTo(HaveOccurred())
	text, err := kube.Discovery().RESTClient().Get().AbsPath("/metrics").DoRaw(ctx)
	Expect(err).NotTo(HaveOccurred())
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(text)))
	Expect(err).NotTo(HaveOccurred())
	counted := map[string]float64{}
	for _, m := range families["apiserver_request_total"].GetMetric() {
		l := labels(m)
		if !slices.Contains([]string{"POST", "PUT", "PATCH", "APPLY", "DELETE"}, l["verb"]) {
			continue
		}
		what := l["verb"] + " " + l["resource"]
		if sub := l["subresource"]; sub != "" {
			what += "/" + sub
		}
		counted[what] += m.GetCounter().GetValue()
	}
	return counted
}

func labels(m *dto.Metric) map[string]string {
	all := map[string]string{}
	for _, l := range m.GetLabel() {
		all[l.GetName()] = l.GetValue()
	}
	return all
}

// awaitCalm returns when nobody has written anything for some seconds.
func (s *scene) awaitCalm(ctx context.Context) {
	GinkgoHelper()
	last, since := s.writes(ctx), time.Now()
	Eventually(ctx, func() time.Duration {
		if now := s.writes(ctx); now.since(last).describe(1) != "" {
			last, since = now, time.Now()
		}
		return time.Since(since)
	}).WithTimeout(5 * time.Minute).WithPolling(500 * time.Millisecond).Should(BeNumerically(">", 5*time.Second))
}
