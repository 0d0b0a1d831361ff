// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"fmt"
	"net/http"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Metrics are the metrics of replica i, by name.
func (s *Sandbox) Metrics(ctx context.Context, i int) (map[string]*dto.MetricFamily, error) {
	url := "http://" + s.replicas[i].addresses().Metrics.BindAddress + "/metrics"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, resp.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(resp.Body)
}

// Admissions is the number of admission requests that replica i has answered since its process started.
func (s *Sandbox) Admissions(ctx context.Context, i int) (int, error) {
	families, err := s.Metrics(ctx, i)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, m := range families["controller_runtime_webhook_requests_total"].GetMetric() {
		total += int(m.GetCounter().GetValue())
	}
	return total, nil
}

// Leads says whether replica i is the one that runs the controllers.
func (s *Sandbox) Leads(ctx context.Context, i int) (bool, error) {
	families, err := s.Metrics(ctx, i)
	if err != nil {
		return false, err
	}
	for _, m := range families["leader_election_master_status"].GetMetric() {
		if m.GetGauge().GetValue() == 1 {
			return true, nil
		}
	}
	return false, nil
}
