// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/fallback"
	"github.com/polyorg/polyorg/internal/fallback/directory"
	"github.com/polyorg/polyorg/internal/web"
)

// addFallback serves the hosts that lead to no CRM, if that is configured. It listens when it knows all hosts: before that, each of them would
// seem unknown.
func addFallback(mgr manager.Manager, cfg *config.OperatorConfig, view *facts.View, live client.WithWatch, brands branding) error {
	if cfg.Ingress.Fallback == nil {
		return nil
	}
	hosts, err := directory.New(view, live, cfg, clock.RealClock{})
	if err != nil {
		return err
	}
	handler, err := fallback.New(fallbackOptions(cfg, hosts, brands))
	if err != nil {
		return err
	}
	server := &web.Server{Name: "hosts that lead to no CRM", Address: cfg.Ingress.Fallback.BindAddress, Handler: handler}
	return errors.Join(
		mgr.Add(everywhere(hosts.Run)),
		mgr.Add(everywhere(func(ctx context.Context) error {
			if !hosts.AwaitSync(ctx) {
				return nil
			}
			return server.Start(ctx)
		})),
		mgr.AddReadyzCheck("fallback", hosts.Ready),
	)
}

func fallbackOptions(cfg *config.OperatorConfig, hosts fallback.Directory, brands branding) fallback.Options {
	i := &cfg.Ingress
	scheme := "https"
	if i.TLS.Mode == config.TLSNone {
		scheme = "http"
	}
	return fallback.Options{
		Directory: hosts, BaseDomain: i.BaseDomain, PortalHost: i.PortalHost(), Scheme: scheme, Port: int(i.Port), Brand: brands.now,
	}
}
