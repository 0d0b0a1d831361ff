// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"context"
	"crypto/x509"
	"fmt"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/pki"
	"github.com/polyorg/polyorg/internal/edge/crm"
	"github.com/polyorg/polyorg/internal/edge/service"
	"github.com/polyorg/polyorg/internal/edge/traefik"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	baseDomain = "crm.example.com"
	// crmNamespace has the Service that all organizations share.
	crmNamespace = "crm-system"
	wildcard     = "wildcard"
)

// scene is a cluster behind a real ingress controller, in one mode.
type scene struct {
	*lab.Lab

	mode    config.RouteMode
	traefik *traefik.Traefik
	crm     *crm.Server
	dns     *nameserver
	ca      *pki.Authority
	roots   *x509.CertPool
	// The ports of Services.
	crmPort, portalPort, fallbackPort int32
}

// start starts all of it until the end of the container that calls it.
func (s *scene) start(ctx context.Context, mode config.RouteMode) {
	GinkgoHelper()
	s.mode, s.dns = mode, startNameserver()
	var err error
	s.ca, err = pki.NewAuthority("serving")
	Expect(err).NotTo(HaveOccurred())
	s.roots = x509.NewCertPool()
	Expect(s.roots.AppendCertsFromPEM(s.ca.Cert())).To(BeTrue())
	ports, err := controlplane.FreePorts(3)
	Expect(err).NotTo(HaveOccurred())
	s.crmPort, s.portalPort, s.fallbackPort = int32(ports[0]), int32(ports[1]), int32(ports[2])
	s.Lab = lab.Start(ctx, lab.Options{Prepare: s.prepare, Configure: s.configure})
	s.serveFallback(ctx)
}

// prepare starts what is there before the operator.
func (s *scene) prepare(ctx context.Context, l *lab.Lab) {
	GinkgoHelper()
	s.Lab = l
	dir := GinkgoT().TempDir()
	cluster := traefik.Cluster{Kubectl: l.Control.Kubectl(), Kubeconfig: l.Control.Kubeconfig(), Cache: filepath.Join(dir, "cache")}
	Expect(traefik.Install(ctx, cluster, assets)).To(Succeed())
	own, err := s.ca.Server("default.invalid")
	Expect(err).NotTo(HaveOccurred())
	s.traefik, err = traefik.Start(ctx, traefik.Options{
		Dir: filepath.Join(dir, "traefik"), Assets: assets, API: l.Control.Config(), Gateway: true, ProxyProtocol: true, Certificate: &own, Out: GinkgoWriter,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(s.traefik.Stop)
	s.startCRM(ctx)
	for _, namespace := range []string{crmNamespace, lab.SystemNamespace, gatewayNamespace} {
		s.certificate(ctx, namespace, wildcard, baseDomain, "*."+baseDomain)
	}
	s.openGateway(ctx)
}

// startCRM serves the organizations' shared back end, and the portal.
func (s *scene) startCRM(ctx context.Context) {
	GinkgoHelper()
	shared, err := service.Listen(ctx, s.Platform, crmNamespace, "crm", s.crmPort)
	Expect(err).NotTo(HaveOccurred())
	s.crm = crm.New(shared)
	DeferCleanup(s.crm.Close)
	portal, err := service.Listen(ctx, s.Platform, lab.SystemNamespace, "portal", s.portalPort)
	Expect(err).NotTo(HaveOccurred())
	s.crm.Serve(portal)
}

// serveFallback makes the replicas' own pages the back end of their Service.
func (s *scene) serveFallback(ctx context.Context) {
	GinkgoHelper()
	l, err := service.Listen(ctx, s.Platform, lab.SystemNamespace, "polyorg-fallback", s.fallbackPort)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(l.Close)
	go service.Pass(l, func() string { return strings.TrimPrefix(s.Operator.FallbackURL(), "http://") })
}

// configure is what a platform team would write for this controller.
func (s *scene) configure(c *config.OperatorConfig) {
	c.Ingress = config.Ingress{
		BaseDomain: baseDomain, Mode: s.mode, ClassName: traefik.Class, Controller: config.ControllerTraefik,
		Backend:  config.Backend{Namespace: crmNamespace, ServiceName: "crm", Port: s.crmPort},
		Fallback: &config.Fallback{Port: s.fallbackPort},
		Portal:   &config.Portal{Name: "login", Backend: config.PortalBackend{ServiceName: "portal", Port: s.portalPort}},
		Port:     int32(s.traefik.WebSecure), //nolint:gosec // a port fits
	}
	if s.mode == config.RouteByGateway {
		c.Ingress.TLS = config.IngressTLS{Mode: config.TLSExternal}
		c.Ingress.Gateway = &config.Gateway{ParentRefs: []config.ParentRef{{Namespace: gatewayNamespace, Name: gatewayName}}}
	} else {
		c.Ingress.TLS = config.IngressTLS{Mode: config.TLSWildcard, SecretName: wildcard}
	}
	c.Domains.Resolver = s.dns.address
}

// certificate makes a Secret with a certificate for some hosts.
func (s *scene) certificate(ctx context.Context, namespace, name string, hosts ...string) {
	GinkgoHelper()
	pair, err := s.ca.Server(hosts...)
	Expect(err).NotTo(HaveOccurred())
	space := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	Expect(s.Platform.Create(ctx, space)).To(Or(Succeed(), MatchError(apierrors.IsAlreadyExists, "IsAlreadyExists")))
	Expect(s.Platform.Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Type: corev1.SecretTypeTLS,
		Data: map[string][]byte{corev1.TLSCertKey: pair.Cert, corev1.TLSPrivateKeyKey: pair.Key},
	})).To(Succeed())
}

// org makes an organization that is in service.
func (s *scene) org(ctx context.Context, change ...func(*v1alpha1.Organization)) *v1alpha1.Organization {
	GinkgoHelper()
	return s.Organization(ctx, lab.Person("boss"), 5, change...)
}

// patch changes an organization as the platform does, by a merge patch.
func (s *scene) patch(ctx context.Context, org *v1alpha1.Organization, format string, a ...any) {
	GinkgoHelper()
	change := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, format, a...))
	Expect(lab.Insist(ctx, func() error { return s.Platform.Patch(ctx, org, change) })).To(Succeed())
}

// rename asks for another name, and returns its host.
func (s *scene) rename(ctx context.Context, org *v1alpha1.Organization, name string) string {
	GinkgoHelper()
	s.patch(ctx, org, `{"spec":{"accessURL":{"name":%q}}}`, name)
	return host(name)
}

// host is that of a name.
func host(name string) string { return name + "." + baseDomain }

// url is that of a host, as people see it.
func (s *scene) url(host string) string {
	return fmt.Sprintf("https://%s:%d", host, s.traefik.WebSecure)
}

// shout writes a host in upper case.
func shout(host string) string { return strings.ToUpper(host) }
