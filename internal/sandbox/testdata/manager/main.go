// SPDX-License-Identifier: Apache-2.0

// The smallest program that the sandbox can run as a replica: it reads the operator's configuration, signs in, elects a leader, and admits
// everything. With it the sandbox's tests do not depend on the state of the operator.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"

	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/polyorg/polyorg/internal/config"
)

func main() {
	file := flag.String("config", "", "")
	flag.Parse()
	ctrl.SetLogger(klog.Background())
	if err := run(*file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(file string) error {
	c, err := config.Load(file)
	if err != nil {
		return err
	}
	host, port := c.Webhook.HostPort()
	m, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		WebhookServer:                 webhook.NewServer(webhook.Options{Host: host, Port: port, CertDir: c.Webhook.CertDir}),
		Metrics:                       metricsserver.Options{BindAddress: c.Metrics.BindAddress},
		HealthProbeBindAddress:        c.Health.BindAddress,
		LeaderElection:                true,
		LeaderElectionID:              "sandbox-test",
		LeaderElectionNamespace:       c.LeaderElection.Namespace,
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return err
	}
	server := m.GetWebhookServer()
	server.Register("/validate", &webhook.Admission{Handler: admission.HandlerFunc(admitAll)})
	if err := m.AddReadyzCheck("webhook", func(r *http.Request) error { return server.StartedChecker()(r) }); err != nil {
		return err
	}
	return m.Start(ctrl.SetupSignalHandler())
}

func admitAll(context.Context, admission.Request) admission.Response { return admission.Allowed("") }
