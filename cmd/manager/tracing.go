// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"k8s.io/component-base/tracing"
	tracingapi "k8s.io/component-base/tracing/api/v1"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// startTracing sends spans, and the last of them when the manager stops. Without a configuration it sends none.
func startTracing(ctx context.Context, mgr manager.Manager, cfg *tracingapi.TracingConfiguration) error {
	provider, err := tracing.NewProvider(ctx, cfg, nil, []resource.Option{
		resource.WithAttributes(semconv.ServiceName("polyorg-operator")),
	})
	if err != nil {
		return fmt.Errorf("set up tracing: %w", err)
	}
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(tracing.Propagators())
	return mgr.Add(tracer{provider})
}

// tracer runs on every replica.
type tracer struct{ tracing.TracerProvider }

func (t tracer) Start(ctx context.Context) error {
	<-ctx.Done()
	return t.Shutdown(context.WithoutCancel(ctx))
}

func (tracer) NeedLeaderElection() bool { return false }
