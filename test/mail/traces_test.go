// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"net"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	otlp "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	tracing "k8s.io/component-base/tracing/api/v1"
	"k8s.io/utils/ptr"

	"github.com/polyorg/polyorg/internal/config"
)

// collector takes all traces of the operator, by OTLP, and keeps their text.
type collector struct {
	otlp.UnimplementedTraceServiceServer

	address string

	mu   sync.Mutex
	text strings.Builder
}

// newCollector serves until the suite ends.
func newCollector() *collector {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	c, server := &collector{address: listener.Addr().String()}, grpc.NewServer()
	otlp.RegisterTraceServiceServer(server, c)
	go func() { _ = server.Serve(listener) }() // Stop ends it
	DeferCleanup(server.Stop)
	return c
}

// Export keeps the text of spans.
func (c *collector) Export(_ context.Context, spans *otlp.ExportTraceServiceRequest) (*otlp.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text.WriteString(spans.String())
	return &otlp.ExportTraceServiceResponse{}, nil
}

func (c *collector) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// everything makes the operator send a trace of each request.
func (c *collector) everything(o *config.OperatorConfig) {
	o.Tracing = &tracing.TracingConfiguration{Endpoint: &c.address, SamplingRatePerMillion: ptr.To[int32](1_000_000)}
}
