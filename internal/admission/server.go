// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"sync/atomic"

	"k8s.io/apiserver/pkg/server/dynamiccertificates"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/polyorg/polyorg/internal/config"
)

// NewServer serves admission by HTTPS. The configuration may restrict it to callers with a client certificate that it accepts.
func NewServer(w config.Webhook) (webhook.Server, error) {
	host, port := w.HostPort()
	options := webhook.Options{Host: host, Port: port, CertDir: w.CertDir}
	if w.ClientCertificates == nil {
		return webhook.NewServer(options), nil
	}
	ca, err := dynamiccertificates.NewDynamicCAContentFromFile("webhook-client-ca", w.ClientCertificates.CAFile)
	if err != nil {
		return nil, fmt.Errorf("webhook.clientCertificates.caFile: %w", err)
	}
	c := callers{authorities: ca, names: w.ClientCertificates.AllowedNames}
	options.TLSOpts = []func(*tls.Config){c.require}
	return &server{Server: webhook.NewServer(options), ca: ca}, nil
}

// server requires client certificates, whose authorities it reads again when their file changes.
type server struct {
	webhook.Server
	ca *dynamiccertificates.DynamicFileCAContent
}

// Start serves until the context ends.
func (s *server) Start(ctx context.Context) error {
	go s.ca.Run(ctx, 1) // ends with the context
	return s.Server.Start(ctx)
}

// StartedChecker checks until the server listens, and not again. The check has no certificate, so each one is a refused connection in the
// log. A server that stops listening ends the process.
func (s *server) StartedChecker() healthz.Checker {
	var started atomic.Bool
	look := s.Server.StartedChecker()
	return func(r *http.Request) error {
		if started.Load() {
			return nil
		}
		err := look(r)
		started.Store(err == nil)
		return err
	}
}
