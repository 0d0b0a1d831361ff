// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/polyorg/polyorg/internal/facts"
)

// The journal's metrics. Labels are bounded: kinds, and a few outcomes each.
var (
	judgements = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "polyorg_journal_judgements_total",
		Help: "Changes judged, by kind and outcome: admitted, refused, exists, contended (try again: another change stands in the way, or too many of the same actor or organization wait already), early (try again: the operator has something to do first), unavailable (try again: the journal is out of reach or this replica is behind) or panicked (a rule failed, a fault of the operator).",
	}, []string{"kind", "outcome"})
	panics = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "polyorg_journal_panics_total",
		Help: "Changes that were answered 500 because a rule panicked on them, by kind. Each is a fault of the operator; its log has the stack.",
	}, []string{"kind"})
	batch = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "polyorg_journal_batch_size",
		Help:    "Changes decided on by one write of the journal.",
		Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128},
	})
	commits = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "polyorg_journal_commit_seconds",
		Help:    "Time of one write of the journal, by result: stored, conflict (another replica wrote first; all is judged again) or error.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 12),
	}, []string{"result"})
	fenceWaits = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "polyorg_journal_fence_wait_seconds",
		Help:    "How long this replica's watches kept it from judging, each time that they were behind the journal's fences.",
		Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
	})
	inFlight = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "polyorg_journal_entries",
		Help: "Admitted changes whose outcome is not yet known to every replica.",
	})
	openGauge = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "polyorg_journal_open",
		Help: "1 while the journal is open; 0 while it is closed for the drop time, and all changes are asked to try again.",
	})
	dropped = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "polyorg_journal_dropped_total",
		Help: "Admitted changes that left the journal without an outcome, by cause: never_stored (the request died, or was refused by a later admission step) or void (the journal was made anew, restored or damaged).",
	}, []string{"cause"})
)

func init() {
	metrics.Registry.MustRegister(judgements, panics, batch, commits, fenceWaits, inFlight, openGauge, dropped)
}

// The reasons why entries leave the journal without an outcome.
const (
	causeNeverStored = "never_stored"
	causeVoid        = "void"
)

// kindLabel bounds the values of the label for kinds.
func kindLabel(kind string) string {
	if slices.Contains(facts.Kinds(), kind) || kind == "User" {
		return kind
	}
	return "other"
}

func result(err error) string {
	switch {
	case err == nil:
		return "stored"
	case apierrors.IsConflict(err):
		return "conflict"
	}
	return "error"
}
