// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/edge/crm"
	"github.com/polyorg/polyorg/internal/edge/service"
	"github.com/polyorg/polyorg/internal/edge/traefik"
)

// The choices of an ingress controller.
const (
	// IngressIfBuilt runs Traefik if it is built.
	IngressIfBuilt = ""
	// IngressTraefik runs Traefik, which must be built.
	IngressTraefik = "traefik"
	// IngressNone runs no ingress controller.
	IngressNone = "none"
)

const (
	// entryDomain is one under which browsers look for every host on this machine.
	entryDomain = "localhost"
	// entryPort is the port of access URLs, if no other process has it.
	entryPort = 8080
	// The Services of the stand-in for the CRM, and of the replicas' own pages.
	crmNamespace, crmService = "crm", "crm"
	fallbackService          = "polyorg-fallback"
)

// entry lets a browser enter organizations: an ingress controller, and a stand-in for the CRM that says which organization it was asked for.
type entry struct {
	traefik  *traefik.Traefik
	crm      *crm.Server
	fallback net.Listener

	crmPort, fallbackPort int32
}

// startEntry starts it where it can run: on a control plane of the sandbox, whose Services are on this machine.
func (r *run) startEntry(ctx context.Context) error {
	assets := traefik.Assets(r.Root)
	missing := traefik.Find(assets)
	switch {
	case r.Ingress == IngressTraefik && r.control == nil:
		return errors.New("the ingress controller runs only with the sandbox's own control plane; leave out KUBECONFIG or INGRESS")
	case r.Ingress == IngressTraefik && missing != nil:
		return missing
	case r.Ingress == IngressNone, r.control == nil, missing != nil:
		return nil
	}
	cluster := traefik.Cluster{Kubectl: filepath.Join(r.assets, "kubectl"), Kubeconfig: r.Kubeconfig, Cache: filepath.Join(r.Dir, "traefik-cache")}
	if err := traefik.Install(ctx, cluster, assets); err != nil {
		return err
	}
	r.entry = &entry{}
	return r.entry.start(ctx, r.control, traefik.Options{
		Dir: filepath.Join(r.Dir, "traefik"), Assets: assets, API: r.control.Config(), WebPort: entryPort, Out: r.steps,
	})
}

// start starts what is there before the operator.
func (e *entry) start(ctx context.Context, control *controlplane.ControlPlane, o traefik.Options) (err error) {
	ports, err := controlplane.FreePorts(2)
	if err != nil {
		return err
	}
	e.crmPort, e.fallbackPort = int32(ports[0]), int32(ports[1]) //nolint:gosec // ports fit
	c, err := client.New(control.Config(), client.Options{})
	if err != nil {
		return err
	}
	shared, err := service.Listen(ctx, c, crmNamespace, crmService, e.crmPort)
	if err != nil {
		return err
	}
	e.crm = crm.New(shared)
	if e.fallback, err = service.Listen(ctx, c, namespace, fallbackService, e.fallbackPort); err != nil {
		return err
	}
	e.traefik, err = traefik.Start(ctx, o)
	return err
}

// configure makes the operator route its organizations by it.
func (e *entry) configure(c *config.OperatorConfig) {
	i := &c.Ingress
	i.BaseDomain, i.ClassName, i.Controller = entryDomain, traefik.Class, config.ControllerTraefik
	i.Backend = config.Backend{Namespace: crmNamespace, ServiceName: crmService, Port: e.crmPort}
	i.Fallback = &config.Fallback{ServiceName: fallbackService, Port: e.fallbackPort}
	i.TLS = config.IngressTLS{Mode: config.TLSNone}
	i.Port = int32(e.traefik.Web) //nolint:gosec // a port fits
}

// follow hands requests for hosts that lead to no CRM to the replicas.
func (e *entry) follow(s *Sandbox) {
	go service.Pass(e.fallback, func() string { return strings.TrimPrefix(s.FallbackURL(), "http://") }) // ends with close
}

// url is where a browser enters an organization.
func (e *entry) url(organization string) string {
	return fmt.Sprintf("http://%s.%s:%d", organization, entryDomain, e.traefik.Web)
}

func (e *entry) close() error {
	var errs []error
	if e.traefik != nil {
		errs = append(errs, e.traefik.Stop())
	}
	if e.crm != nil {
		errs = append(errs, e.crm.Close())
	}
	if e.fallback != nil {
		errs = append(errs, e.fallback.Close())
	}
	return errors.Join(errs...)
}
