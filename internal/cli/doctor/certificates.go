// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

const (
	servingSecret = "polyorg-webhook-cert"
	// soon is when the end of a certificate is near. A certificate manager renews earlier.
	soon = 14 * 24 * time.Hour
)

// certificates: those that the API server trusts, and the one that the operator serves with.
func (d *Doctor) certificates(ctx context.Context) (all []Finding) {
	hooks, err := d.hooks(ctx)
	if err != nil {
		return nil // webhooks says so
	}
	trusted := x509.NewCertPool()
	seen := map[string]bool{}
	for _, h := range hooks {
		if bundle := string(h.client.CABundle); !seen[bundle] {
			seen[bundle] = true
			trusted.AppendCertsFromPEM(h.client.CABundle)
			all = append(all, d.ending("CA of the webhooks", h.client.CABundle)...)
		}
	}
	return append(all, d.serving(ctx, hooks, trusted)...)
}

// ending says when certificates end.
func (d *Doctor) ending(part string, bundle []byte) []Finding {
	first := time.Time{}
	for _, c := range parse(bundle) {
		if first.IsZero() || c.NotAfter.Before(first) {
			first = c.NotAfter
		}
	}
	day := first.UTC().Format(time.DateOnly)
	const renew = "renew it: let cert-manager do so, or make the Secret and the caBundle anew (docs/concepts/operations.md)"
	switch left := first.Sub(d.Now); {
	case first.IsZero():
		return []Finding{{part, Fault, "there is no certificate in it", renew}}
	case left < 0:
		return []Finding{{part, Fault, "it ended on " + day, renew}}
	case left < soon:
		return []Finding{{part, Warning, "it ends on " + day, renew}}
	}
	return []Finding{{part, OK, "it ends on " + day, ""}}
}

// serving: the operator's own certificate is in force, and the API server trusts it.
func (d *Doctor) serving(ctx context.Context, hooks []hook, trusted *x509.CertPool) []Finding {
	const part = "operator's certificate"
	if !behindService(hooks) {
		return nil // the webhooks lead to an address, and the certificate is in no Secret
	}
	var secret corev1.Secret
	if err := d.Client.Get(ctx, client.ObjectKey{Namespace: d.Namespace, Name: servingSecret}, &secret); err != nil {
		return []Finding{{part, Unknown, fmt.Sprintf("the Secret %s in %s cannot be read: %s", servingSecret, d.Namespace, plain.Text(err)),
			"make it, if it is not there: the operator starts once it is (docs/concepts/operations.md)"}}
	}
	chain := secret.Data[corev1.TLSCertKey]
	found := d.ending(part, chain)
	if found[0].State == Fault {
		return found
	}
	host := fmt.Sprintf("%s.%s.svc", service, d.Namespace)
	if _, err := parse(chain)[0].Verify(x509.VerifyOptions{DNSName: host, Roots: trusted, CurrentTime: d.Now}); err != nil {
		return []Finding{{part, Fault, "the API server does not trust it: " + err.Error(),
			"make it for " + host + ", and write its authority's certificate into the webhooks' caBundle"}}
	}
	return found
}

func parse(bundle []byte) (all []*x509.Certificate) {
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, c)
		}
	}
	return all
}
