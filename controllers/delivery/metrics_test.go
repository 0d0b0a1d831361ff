// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail"
)

func clientKey(o client.Object) client.ObjectKey { return client.ObjectKeyFromObject(o) }

// read is the value of one metric.
func read(t *testing.T, m prometheus.Metric) *dto.Metric {
	t.Helper()
	var into dto.Metric
	if err := m.Write(&into); err != nil {
		t.Fatal(err)
	}
	return &into
}

// value is that of a counter or a gauge.
func value(t *testing.T, m prometheus.Metric) float64 {
	t.Helper()
	return read(t, m).GetCounter().GetValue() + read(t, m).GetGauge().GetValue()
}

// An alert for messages that do not leave compares with the number of those that left. Without the series, it compares with nothing.
func TestEachResultHasASeriesFromTheStart(t *testing.T) {
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, f := range families {
		if f.GetName() != "polyorg_mail_attempts_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			found[m.GetLabel()[0].GetValue()] = true
		}
	}
	for _, result := range []string{"sent", "deferred", "refused"} {
		if !found[result] {
			t.Errorf("no series for %s", result)
		}
	}
}

func TestAttemptsAreCountedByTheirResult(t *testing.T) {
	twice := begun("bob", 1)
	twice.Status.Delivery.UncertainAttempts = 2
	for name, tc := range map[string]struct {
		invitation *v1alpha1.Invitation
		failure    *mail.Failure
		want       string
	}{
		"taken":                           {begun("bob", 1), nil, resultSent},
		"refused for good":                {begun("bob", 1), unknown, resultRefused},
		"refused now":                     {begun("bob", 1), busy, resultDeferred},
		"a server that is down":           {begun("bob", 1), down, resultDeferred},
		"a first one without last answer": {begun("bob", 1), uncertain, resultDeferred},
		"a third one":                     {twice, uncertain, resultRefused},
	} {
		t.Run(name, func(t *testing.T) {
			before := value(t, attempts.WithLabelValues(tc.want))
			count(tc.failure, tc.invitation, start)
			if got := value(t, attempts.WithLabelValues(tc.want)) - before; got != 1 {
				t.Errorf("%v more of %s, want 1", got, tc.want)
			}
		})
	}
}

func TestTheTimeToTheFirstMessageIsMeasured(t *testing.T) {
	before := read(t, waited).GetHistogram()
	count(nil, begun("bob", 1), start.Add(3*time.Second))
	count(nil, begun("bob", 2), start.Add(time.Hour)) // a re-send is no first message
	after := read(t, waited).GetHistogram()
	if n, sum := after.GetSampleCount()-before.GetSampleCount(), after.GetSampleSum()-before.GetSampleSum(); n != 1 || sum != 3 {
		t.Errorf("%d samples, %v seconds", n, sum)
	}
}

func TestWaitingMessagesAreCounted(t *testing.T) {
	s := newScene(t, begun("bob", 1))
	s.office.says(busy)
	s.clock.Step(s.looks("bob").RequeueAfter)
	if got := value(t, waiting); got != 1 {
		t.Errorf("%v wait, want 1", got)
	}
	s.office.says(nil)
	s.looks("bob")
	if got := value(t, waiting); got != 0 {
		t.Errorf("%v wait, want 0", got)
	}
}
