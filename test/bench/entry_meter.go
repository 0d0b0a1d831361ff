// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/edge/crm"
	"github.com/polyorg/polyorg/internal/edge/service"
	"github.com/polyorg/polyorg/internal/edge/traefik"
)

const (
	crmNamespace, crmService = "crm-system", "crm"
	gatewayName              = "public"
)

var (
	traefikMiddleware = schema.GroupVersionKind{Group: "traefik.io", Version: "v1alpha1", Kind: "Middleware"}

	gatewayKind = schema.GroupVersionKind{Group: "gateway.networking.k8s.io", Version: "v1", Kind: "Gateway"}
	routeKinds  = map[config.RouteMode]schema.GroupVersionKind{
		config.RouteByIngress: {Group: "networking.k8s.io", Version: "v1", Kind: "Ingress"},
		config.RouteByGateway: gatewayKind.GroupVersion().WithKind("HTTPRoute"),
	}
)

// entryMeter is a cluster behind a real ingress controller. The CRM is in this process.
type entryMeter struct {
	settler
	entering

	mode    config.RouteMode
	traefik *traefik.Traefik
	crm     *crm.Server
	crmPort int32
	browser *http.Client
	// stored tells when the route of an organization was stored.
	stored *told
}

func (m *entryMeter) stop() {
	if m.traefik != nil {
		_ = m.traefik.Stop()
	}
	if m.cluster != nil {
		m.cluster.stop()
	}
	if m.crm != nil {
		_ = m.crm.Close()
	}
}

// start starts all of it, with the webhooks that are shipped.
func (m *entryMeter) start(ctx context.Context) (err error) {
	if m.cluster, err = startCluster(ctx); err != nil {
		return err
	}
	if m.kube, err = kubernetes.NewForConfig(m.control.Config()); err != nil {
		return err
	}
	if err := m.startController(ctx); err != nil {
		return err
	}
	port, err := controlplane.FreePort()
	if err != nil {
		return err
	}
	m.crmPort = int32(port) //nolint:gosec // a port fits
	shared, err := service.Listen(ctx, m.admin, crmNamespace, crmService, m.crmPort)
	if err != nil {
		return err
	}
	m.crm = crm.New(shared)
	m.browser = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: many}}
	m.configure = m.route
	if err := errors.Join(m.openGateway(ctx), m.watch(ctx), m.populate(ctx, 1)); err != nil {
		return err
	}
	_, err = m.settle(ctx, "first start", m.begin)
	return err
}

func (m *entryMeter) startController(ctx context.Context) (err error) {
	assets := traefik.Assets(m.root)
	to := traefik.Cluster{Kubectl: m.control.Kubectl(), Kubeconfig: m.control.Kubeconfig(), Cache: filepath.Join(m.dir, "cache")}
	if err := traefik.Install(ctx, to, assets); err != nil {
		return err
	}
	m.traefik, err = traefik.Start(ctx, traefik.Options{Dir: filepath.Join(m.dir, "traefik"), Assets: assets, API: m.control.Config(), Gateway: true})
	return err
}

// route configures the operator.
func (m *entryMeter) route(c *config.OperatorConfig) {
	i := &c.Ingress
	i.Mode, i.ClassName, i.Controller = m.mode, traefik.Class, config.ControllerTraefik
	i.Backend = config.Backend{Namespace: crmNamespace, ServiceName: crmService, Port: m.crmPort}
	i.TLS = config.IngressTLS{Mode: config.TLSNone}
	i.Port = m.webPort()
	i.Gateway = &config.Gateway{ParentRefs: []config.ParentRef{{Namespace: crmNamespace, Name: gatewayName}}}
}

func (m *entryMeter) webPort() int32 { return int32(m.traefik.Web) } //nolint:gosec // a port fits

func (m *entryMeter) openGateway(ctx context.Context) error {
	gateway := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"gatewayClassName": traefik.Class,
		"listeners": []any{map[string]any{
			"name": "web", "protocol": "HTTP", "port": int64(m.traefik.Web),
			"allowedRoutes": map[string]any{"namespaces": map[string]any{"from": "All"}},
		}},
	}}}
	gateway.SetGroupVersionKind(gatewayKind)
	gateway.SetNamespace(crmNamespace)
	gateway.SetName(gatewayName)
	return m.admin.Create(ctx, gateway)
}

// watch notes when the first route of each organization is stored, until the context ends.
func (m *entryMeter) watch(ctx context.Context) error {
	all := &unstructured.UnstructuredList{}
	all.SetGroupVersionKind(routeKinds[m.mode])
	seen, err := m.admin.Watch(ctx, all, client.HasLabels{v1alpha1.OrganizationLabel})
	if err != nil {
		return err
	}
	go func() {
		for e := range seen.ResultChan() {
			if route, ok := e.Object.(*unstructured.Unstructured); ok {
				m.stored.tell(route.GetLabels()[v1alpha1.OrganizationLabel])
			}
		}
	}()
	return nil
}

// enters reports whether the CRM answers for an organization at its host.
func (m *entryMeter) enters(ctx context.Context, organization string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", m.traefik.Web), http.NoBody)
	if err != nil {
		return false, err
	}
	req.Host = organization + "." + baseDomain
	resp, err := m.browser.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK, err
}

// awaitEntry asks time and again until the CRM answers.
func (m *entryMeter) awaitEntry(ctx context.Context, organization string, pause time.Duration) (at time.Time, err error) {
	for {
		entered, err := m.enters(ctx, organization)
		if err != nil || entered {
			return time.Now(), err
		}
		if err := pass(ctx, pause); err != nil {
			return time.Time{}, fmt.Errorf("%s cannot be entered: %w", organization, err)
		}
	}
}

// told are the instants at which names were heard of first.
type told struct {
	mu    sync.Mutex
	heard map[string]time.Time
	news  chan string
}

func newTold() *told { return &told{heard: map[string]time.Time{}, news: make(chan string, room)} }

// tell notes a name, if it is new.
func (t *told) tell(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.heard[name]; !known {
		t.heard[name] = time.Now()
		t.news <- name
	}
}

// at is when a name was heard of.
func (t *told) at(name string) (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, known := t.heard[name]
	return at, known
}
