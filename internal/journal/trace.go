// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// tracer makes spans where the process has tracing on. They show kinds and outcomes, never names or people.
var tracer = otel.Tracer("github.com/polyorg/polyorg/internal/journal")

func startJudgement(ctx context.Context, c *Change) (context.Context, trace.Span) {
	return tracer.Start(ctx, "journal.judge", trace.WithAttributes(
		attribute.String("polyorg.kind", c.Kind),
		attribute.String("polyorg.operation", string(c.Operation)),
		attribute.Bool("polyorg.dry_run", c.DryRun),
	))
}

func endJudgement(span trace.Span, outcome string) {
	span.SetAttributes(attribute.String("polyorg.outcome", outcome))
	if outcome == outcomeUnavailable {
		span.SetStatus(codes.Error, outcome)
	}
	span.End()
}

// startCommit makes the span of one write, linked with the judgements that share it.
func startCommit(ctx context.Context, s *state, decided []decision) (context.Context, trace.Span) {
	links := make([]trace.Link, len(decided))
	for i, d := range decided {
		links[i] = trace.LinkFromContext(d.request.ctx)
	}
	return tracer.Start(ctx, "journal.commit", trace.WithLinks(links...), trace.WithAttributes(
		attribute.Int("polyorg.batch", len(decided)),
		attribute.Int("polyorg.entries", len(s.overlay.Entries())),
		attribute.Int("polyorg.bytes", s.bytes()),
	))
}
