// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"k8s.io/client-go/kubernetes"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// requests counts the requests to the API server, by verb and resource.
type requests map[string]float64

// created is the load's own request.
const created = "POST memberships 201"

func countRequests(ctx context.Context, kube kubernetes.Interface) (requests, error) {
	families, err := metricsOf(ctx, kube)
	if err != nil {
		return nil, err
	}
	counted := requests{}
	for _, m := range families["apiserver_request_total"].GetMetric() {
		counted[describe(m)] += m.GetCounter().GetValue()
	}
	return counted, nil
}

// countWatches counts the watches of each kind of ours that are open now.
func countWatches(ctx context.Context, kube kubernetes.Interface) (map[string]int, error) {
	families, err := metricsOf(ctx, kube)
	if err != nil {
		return nil, err
	}
	watches := map[string]int{}
	for _, m := range families["apiserver_longrunning_requests"].GetMetric() {
		if l := labelsOf(m); l["verb"] == "WATCH" && l["group"] == v1alpha1.GroupName {
			watches[l["resource"]] += int(m.GetGauge().GetValue())
		}
	}
	return watches, nil
}

// metricsOf are the API server's metrics, by name.
func metricsOf(ctx context.Context, kube kubernetes.Interface) (map[string]*dto.MetricFamily, error) {
	text, err := kube.Discovery().RESTClient().Get().AbsPath("/metrics").DoRaw(ctx)
	if err != nil {
		return nil, err
	}
	return parseMetrics(text)
}

func parseMetrics(text []byte) (map[string]*dto.MetricFamily, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(bytes.NewReader(text))
}

func labelsOf(m *dto.Metric) map[string]string {
	labels := map[string]string{}
	for _, l := range m.GetLabel() {
		labels[l.GetName()] = l.GetValue()
	}
	return labels
}

func describe(m *dto.Metric) string {
	labels := labelsOf(m)
	what := labels["verb"] + " " + labels["resource"]
	if sub := labels["subresource"]; sub != "" {
		what += "/" + sub
	}
	return what + " " + labels["code"]
}

// print shows the requests since an earlier count, the most frequent first, for a thousand creations.
func (r requests) print(before requests, creations int) {
	fmt.Println("\n== requests to the API server for 1000 creations ==")
	of := func(what string) float64 { return (r[what] - before[what]) / float64(max(creations, 1)) * 1000 }
	all := slices.SortedFunc(maps.Keys(r), func(a, b string) int { return cmp.Compare(of(b), of(a)) })
	for _, what := range all {
		if n := of(what); n >= 1 {
			fmt.Printf("%8.0f  %s\n", n, what)
		}
	}
}
