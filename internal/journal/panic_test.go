// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/go-logr/logr/funcr"
	dto "github.com/prometheus/client_model/go"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/polyorg/polyorg/internal/rules"
)

func TestARuleThatPanicsEndsOneRequest(t *testing.T) {
	s := newStand()
	var logged strings.Builder
	ctx := log.IntoContext(context.Background(), funcr.New(func(_, line string) { logged.WriteString(line) }, funcr.Options{}))
	faulty := invites("bob", "acme")
	faulty.Judge = func(rules.Outlook) rules.Violations { panic("a fault") }
	before := panicsCounted(t)

	decided, rest := s.judgeAll(t.Context(), []*request{s.newRequest(ctx, faulty), s.newRequest(ctx, invites("carol", "acme"))})
	if len(decided) != 2 || len(rest) != 0 {
		t.Fatalf("%d decided, %d wait", len(decided), len(rest))
	}
	if err := decided[0].answer.err; !errors.Is(err, ErrPanicked) || outcomeOf(nil, err) != outcomePanicked {
		t.Errorf("the faulty one was answered %v", err)
	}
	if decided[1].answer.err != nil {
		t.Errorf("the other one was answered %v", decided[1].answer.err)
	}
	if n := panicsCounted(t) - before; n != 1 {
		t.Errorf("counted %v times", n)
	}
	if !strings.Contains(logged.String(), "a fault") || !strings.Contains(logged.String(), "panic_test.go") {
		t.Errorf("the log does not say where: %s", logged.String())
	}
}

func panicsCounted(t *testing.T) float64 {
	t.Helper()
	m := &dto.Metric{}
	if err := panics.WithLabelValues("Invitation").Write(m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}
