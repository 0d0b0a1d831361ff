// SPDX-License-Identifier: Apache-2.0

package platformpolicy

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
)

const (
	// EnforcementInterval is the time between two checks that rules are enforced.
	EnforcementInterval = time.Minute
	// doubtful is the number of checks in a row that fail before the leader reports it: an API server that restarts is no alarm.
	doubtful = 3
	// soonerAfterDoubt divides the interval for a check that follows one that failed.
	soonerAfterDoubt = 12
)

// enforced has no value before the first check, and so none on replicas that do not lead.
var enforced = prometheus.NewGaugeVec(prometheus.GaugeOpts{
	Name: "polyorg_enforced",
	Help: "1 while the cluster refuses what Polyorg refuses; 0 while it does not, or while that cannot be verified. Told by the replica that runs the controllers.",
}, nil)

func init() { metrics.Registry.MustRegister(enforced) }

// Enforcement checks at intervals whether the cluster still asks Polyorg for admission. The leader runs it.
type Enforcement struct {
	client   client.Client
	live     client.Reader
	interval time.Duration
	changed  chan event.GenericEvent // wakes the controller
	doubts   int                     // checks in a row without a result

	mu     sync.Mutex
	latest verdict // empty before the first check
}

// verdict is the result of a check, as a condition says it.
type verdict struct {
	status          metav1.ConditionStatus
	reason, message string
}

// NewEnforcement checks once in each interval. It reads webhook configurations live, so that no watch of them is needed.
func NewEnforcement(c client.Client, live client.Reader, interval time.Duration) *Enforcement {
	return &Enforcement{client: c, live: live, interval: interval, changed: make(chan event.GenericEvent)}
}

// Start checks until the context ends.
func (e *Enforcement) Start(ctx context.Context) error {
	for {
		next := e.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(next):
		}
	}
}

// look checks once, reports the result, and returns the time until the next check.
func (e *Enforcement) look(ctx context.Context) time.Duration {
	within, cancel := context.WithTimeout(ctx, max(e.interval/2, time.Second))
	defer cancel()
	v, err := e.judge(within)
	switch {
	case ctx.Err() != nil:
		return 0
	case err == nil:
		e.doubts = 0
	default:
		e.doubts++
		if e.doubts < doubtful {
			return e.interval / soonerAfterDoubt
		}
	}
	e.tell(ctx, v, err)
	return e.interval
}

// judge returns a certain result, or an error where there is none.
func (e *Enforcement) judge(ctx context.Context) (verdict, error) {
	altered, readErr := e.altered(ctx)
	admitted, askErr := e.ask(ctx)
	switch err := errors.Join(readErr, askErr); {
	case admitted:
		said := append([]string{"The API server admits what Polyorg refuses"}, altered...)
		return verdict{metav1.ConditionFalse, v1alpha1.ReasonAdmitted, strings.Join(said, "; ")}, nil
	case len(altered) > 0:
		return verdict{metav1.ConditionFalse, v1alpha1.ReasonWebhooksAltered, strings.Join(altered, "; ")}, nil
	case err != nil:
		return verdict{metav1.ConditionUnknown, v1alpha1.ReasonNotVerified,
			"The API server does not answer as expected; the operator's log has the answer"}, err
	}
	return verdict{metav1.ConditionTrue, v1alpha1.ReasonRefused, "The API server refuses what Polyorg refuses"}, nil
}

// tell shows a verdict in the metric and the log, and lets the controller show it in the condition.
func (e *Enforcement) tell(ctx context.Context, v verdict, err error) {
	value := 0.0
	if v.status == metav1.ConditionTrue {
		value = 1
	} else {
		log.FromContext(ctx).Error(err, "Rules may not be enforced", "reason", v.reason, "message", v.message)
	}
	enforced.WithLabelValues().Set(value)
	if e.replace(v) == v {
		return
	}
	policy := &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName}}
	select {
	case e.changed <- event.GenericEvent{Object: policy}:
	case <-ctx.Done():
	}
}

func (e *Enforcement) replace(v verdict) (was verdict) {
	e.mu.Lock()
	defer e.mu.Unlock()
	was, e.latest = e.latest, v
	return was
}

// say leaves the condition as an earlier leader set it until this one has looked.
func (e *Enforcement) say(c status.Conditions) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if v := e.latest; v.status != "" {
		c.Set(v1alpha1.ConditionEnforced, v.status, v.reason, v.message)
	}
}
