// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// RequestTime is the longest time from the first byte of a request to the last one of its answer.
const RequestTime = 30 * time.Second

// Bounds of a connection. A person's browser needs less of each.
const (
	headerTime  = 5 * time.Second
	idleTime    = 3 * time.Minute // longer than an ingress controller keeps one (60 or 90 s): else it could use one that we just ended
	headerBytes = 16 << 10
	stopTime    = 15 * time.Second

	// connections are those of one server at once. The replica judges admission too. Others wait until one ends.
	connections = 1000
)

// Server serves people on every replica, by HTTP. An ingress controller stands before it.
type Server struct {
	// Name says in an error what is served.
	Name string
	// Address to listen on, host:port.
	Address string
	Handler http.Handler
}

var (
	_ manager.Runnable               = (*Server)(nil)
	_ manager.LeaderElectionRunnable = (*Server)(nil)
)

// NeedLeaderElection is false: every replica serves.
func (s *Server) NeedLeaderElection() bool { return false }

// Start serves until the context ends, and then finishes the requests that have come.
func (s *Server) Start(ctx context.Context) error {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", s.Address)
	if err != nil {
		return fmt.Errorf("listen for %s: %w", s.Name, err)
	}
	return s.Serve(ctx, listener)
}

// Serve is Start on a listener that there is already.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	return serve(ctx, netutil.LimitListener(listener, connections), s.Handler)
}

func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: RequestTime, WriteTimeout: RequestTime,
		IdleTimeout: idleTime, MaxHeaderBytes: headerBytes,
		DisableGeneralOptionsHandler: true, // the handler answers every request, OPTIONS * too
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		stopped <- server.Shutdown(stop)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
