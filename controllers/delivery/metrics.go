// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail"
)

var (
	attempts = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "polyorg_mail_attempts_total",
		Help: "Attempts to hand an invitation's e-mail to the mail server, by result: sent, deferred, refused.",
	}, []string{"result"})
	waiting = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "polyorg_mail_waiting",
		Help: "Invitations whose e-mail waits for its turn or for another attempt. On the leader only.",
	})
	waited = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "polyorg_mail_seconds",
		Help:    "Time from the creation of an invitation until the mail server took its first e-mail.",
		Buckets: prometheus.ExponentialBuckets(0.05, 4, 10),
	})
)

// unfit counts what no sample shows: a template can take another branch with another invitation.
var unfit = prometheus.NewCounter(prometheus.CounterOpts{
	Name: "polyorg_mail_templates_unfit_total",
	Help: "E-mails that a template of the platform's own did not fit, and that had the built-in one.",
})

// The results of an attempt.
const (
	resultSent     = "sent"
	resultDeferred = "deferred"
	resultRefused  = "refused"
)

// Each series is there from the start: an alert for messages that do not leave must see that none has.
func init() {
	metrics.Registry.MustRegister(attempts, waiting, waited, unfit)
	for _, result := range []string{resultSent, resultDeferred, resultRefused} {
		attempts.WithLabelValues(result)
	}
}

// count counts one attempt, by what is noted of it.
func count(failure *mail.Failure, i *v1alpha1.Invitation, now time.Time) {
	d := i.Status.Delivery.DeepCopy()
	note(d, failure, i.Status.ExpiresAt.Time, now)
	switch {
	case failure == nil:
		attempts.WithLabelValues(resultSent).Inc()
		if d.Sends == 1 {
			waited.Observe(now.Sub(i.CreationTimestamp.Time).Seconds())
		}
	case d.NextAttemptAt == nil:
		attempts.WithLabelValues(resultRefused).Inc()
	default:
		attempts.WithLabelValues(resultDeferred).Inc()
	}
}
