// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// spans are the spans of this whole process.
var spans = tracetest.NewInMemoryExporter()

// trace makes every request leave its spans.
func trace() {
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans), sdktrace.WithSampler(sdktrace.AlwaysSample()))
	otel.SetTracerProvider(provider)
	DeferCleanup(func(ctx context.Context) { Expect(provider.Shutdown(ctx)).To(Succeed()) })
}

// metric sums a family of metrics over all that have these labels. A histogram's value is its count.
func metric(name string, labels map[string]string) (sum float64) {
	GinkgoHelper()
	families, err := metrics.Registry.Gather()
	Expect(err).NotTo(HaveOccurred())
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			if has(m, labels) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return sum
}

func has(m *dto.Metric, labels map[string]string) bool {
	found := 0
	for _, l := range m.GetLabel() {
		if labels[l.GetName()] == l.GetValue() {
			found++
		}
	}
	return found == len(labels)
}

var _ = Describe("The metrics and traces", func() {
	It("count judgements by kind and outcome, and the journal's writes by result", func(ctx SpecContext) {
		of := func(outcome string) float64 {
			return metric("polyorg_journal_judgements_total", map[string]string{"kind": "Membership", "outcome": outcome})
		}
		org := organization(ctx, lab.Person("owner"), 2)
		before := map[string]float64{"admitted": of("admitted"), "refused": of("refused"), "exists": of("exists")}
		writes, batches := metric("polyorg_journal_commit_seconds", map[string]string{"result": "stored"}), metric("polyorg_journal_batch_size", nil)

		m := lab.NewMembership(org, lab.Person("paul"), v1alpha1.RoleStandard)
		Expect(platform.Create(ctx, m.DeepCopy())).To(Succeed())
		Expect(platform.Create(ctx, lab.NewMembership(org, lab.Person("quinn"), v1alpha1.RoleStandard))).NotTo(Succeed())
		Eventually(func() float64 { _ = platform.Create(ctx, m.DeepCopy()); return of("exists") }).Should(BeNumerically(">", before["exists"]))

		Expect(of("admitted")).To(BeNumerically(">", before["admitted"]))
		Expect(of("refused")).To(BeNumerically(">", before["refused"]))
		Expect(metric("polyorg_journal_commit_seconds", map[string]string{"result": "stored"})).To(BeNumerically(">", writes))
		Expect(metric("polyorg_journal_batch_size", nil)).To(BeNumerically(">", batches))
	})

	It("show a judgement and the write that it shared, and name nobody", func(ctx SpecContext) {
		org, user := organization(ctx, lab.Person("owner"), 9), lab.Person("rita")
		spans.Reset()
		Expect(platform.Create(ctx, lab.NewMembership(org, user, v1alpha1.RoleStandard))).To(Succeed())
		var judged, committed []tracetest.SpanStub
		Eventually(func(g Gomega) {
			judged, committed = nil, nil
			for _, span := range spans.GetSpans() {
				switch span.Name {
				case "journal.judge":
					judged = append(judged, span)
				case "journal.commit":
					committed = append(committed, span)
				}
			}
			g.Expect(judged).NotTo(BeEmpty())
			g.Expect(shared(committed)).To(ContainElement(judged[len(judged)-1].SpanContext.TraceID()))
		}).Should(Succeed())
		Expect(judged[0].Parent.IsValid()).To(BeTrue(), "it is part of a request's trace")
		for _, span := range append(judged, committed...) {
			for _, a := range span.Attributes {
				Expect(a.Value.String()).NotTo(Or(ContainSubstring(org.Name), ContainSubstring(strings.Split(user, "@")[0])))
			}
		}
	})
})

// shared are the traces of the judgements whose changes these writes contained.
func shared(writes []tracetest.SpanStub) (traces []oteltrace.TraceID) {
	for _, write := range writes {
		for _, link := range write.Links {
			traces = append(traces, link.SpanContext.TraceID())
		}
	}
	return traces
}
