// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime"
	"strconv"
	"time"

	apiruntime "k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// serving is this program in the role of a replica.
type serving struct {
	role, webhook, debug, dir string
}

func (s *serving) flags() {
	flag.StringVar(&s.role, "serve", "", "(internal) be a replica of that kind")
	flag.StringVar(&s.webhook, "webhook", "", "(internal) where the replica serves admission")
	flag.StringVar(&s.debug, "debug", "", "(internal) where it tells about itself")
	flag.StringVar(&s.dir, "dir", "", "(internal) the folder with its certificate")
}

// roles are what a replica may be, beside the operator's own program. Each sets up a manager with the operator's own webhook server. It
// returns the check of its readiness, and serves its figures on the mux.
var roles = map[string]func(context.Context, manager.Manager, *http.ServeMux) (ready healthz.Checker, err error){
	"empty":   serveEmpty,
	"counter": serveCounter,
	"journal": serveJournal,
}

func (s serving) run(ctx context.Context) error {
	role, ok := roles[s.role]
	if !ok {
		return fmt.Errorf("a replica cannot be %q", s.role)
	}
	mgr, err := s.manager()
	if err != nil {
		return err
	}
	debug := http.NewServeMux()
	ready, err := role(ctx, mgr, debug)
	if err != nil {
		return err
	}
	serving := mgr.GetWebhookServer().StartedChecker()
	debug.HandleFunc("/readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := errors.Join(serving(r), ready(r)); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	debug.HandleFunc("/debug/pprof/profile", pprof.Profile)
	debug.HandleFunc("/heap", heap)
	go func() { _ = http.ListenAndServe(s.debug, debug) }() //nolint:gosec // loopback, asked by this program alone
	return mgr.Start(ctx)
}

func (s serving) manager() (manager.Manager, error) {
	scheme := apiruntime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, err
	}
	kube, err := ctrl.GetConfig()
	if err != nil {
		return nil, err
	}
	kube.QPS, kube.DisableCompression = -1, true // as in the operator
	host, text, err := net.SplitHostPort(s.webhook)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, err
	}
	return ctrl.NewManager(kube, ctrl.Options{
		Scheme:        scheme,
		WebhookServer: webhook.NewServer(webhook.Options{Host: host, Port: port, CertDir: s.dir}),
		Metrics:       metricsserver.Options{BindAddress: "0"},
	})
}

// serveEmpty admits everything: no webhook costs less.
func serveEmpty(_ context.Context, mgr manager.Manager, _ *http.ServeMux) (healthz.Checker, error) { //nolint:unparam // one of the roles
	handle(mgr, func(context.Context, admission.Request) admission.Response { return admission.Allowed("") })
	return healthz.Ping, nil
}

func handle(mgr manager.Manager, f admission.HandlerFunc) {
	mgr.GetWebhookServer().Register("/validate", &webhook.Admission{Handler: f})
}

// heap writes how many bytes are in use after a garbage collection.
func heap(w http.ResponseWriter, _ *http.Request) {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	answer(w, stats.HeapAlloc)
}

func answer(w http.ResponseWriter, a any) { _ = json.NewEncoder(w).Encode(a) }

// milliseconds is a duration in milliseconds, with its fraction.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
