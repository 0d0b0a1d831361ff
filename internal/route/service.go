// SPDX-License-Identifier: Apache-2.0

package route

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
)

// backend is the organization's own Service, or else the one of the configuration, which may be in a namespace of the platform (A5).
func (b builder) backend(org *v1alpha1.Organization) *Service {
	if u := org.Spec.AccessURL; u != nil && u.Backend != nil {
		return &Service{b.plan.Namespace, u.Backend.ServiceName, u.Backend.Port}
	}
	shared := b.config.Ingress.Backend
	return &Service{cmp.Or(shared.Namespace, b.plan.Namespace), shared.ServiceName, shared.Port}
}

// Fallback is the operator's own server; nil if there is none.
func Fallback(c *config.OperatorConfig) *Service {
	fallback := c.Ingress.Fallback
	if fallback == nil {
		return nil
	}
	return &Service{c.LeaderElection.Namespace, fallback.ServiceName, fallback.Port}
}

// certificate is the one of a host. A wildcard certificate is good for the base domain and one label under it, and for no other host.
func certificate(i *config.Ingress, host string) TLS {
	switch i.TLS.Mode {
	case config.TLSWildcard:
		if host == i.BaseDomain || underBase(host, i.BaseDomain) {
			return TLS{Named: true, Secret: i.TLS.SecretName}
		}
		return TLS{Named: true, Secret: secretOf(host)}
	case config.TLSPerHost:
		return TLS{Named: true, Secret: secretOf(host)}
	}
	return TLS{}
}

// underBase reports whether a host is one label under the base domain.
func underBase(host, baseDomain string) bool {
	label, ok := strings.CutSuffix(host, "."+baseDomain)
	return ok && label != "" && !strings.Contains(label, ".")
}

// secretOf names the Secret of a host. A name that would be too long ends in a hash, so that no two hosts have one Secret.
func secretOf(host string) string {
	name := "tls-" + host
	if len(name) <= validation.DNS1123SubdomainMaxLength {
		return name
	}
	sum := sha256.Sum256([]byte(host))
	return strings.TrimRight(name[:200], ".-") + "-" + hex.EncodeToString(sum[:8])
}
