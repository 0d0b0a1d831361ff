// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
)

var errNoAuthorities = errors.New("the authorities of client certificates are not known")

// callers are the clients that may call the webhook: they have a client certificate.
type callers struct {
	authorities interface {
		VerifyOptions() (x509.VerifyOptions, bool)
	}
	names []string // empty: any
}

// require makes a server refuse all others before it reads a request.
func (c callers) require(server *tls.Config) {
	server.ClientAuth = tls.RequireAndVerifyClientCert
	server.VerifyConnection = c.isAllowed
	server.SessionTicketsDisabled = true // each connection is judged by the present authorities
	server.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		options, known := c.authorities.VerifyOptions()
		if !known {
			return nil, errNoAuthorities
		}
		today := server.Clone()
		today.ClientCAs = options.Roots
		return today, nil
	}
}

// isAllowed judges a certificate that an authority has signed.
func (c callers) isAllowed(connection tls.ConnectionState) error {
	certificate := connection.PeerCertificates[0]
	names := append([]string{certificate.Subject.CommonName}, certificate.DNSNames...)
	for _, uri := range certificate.URIs {
		names = append(names, uri.String())
	}
	if len(c.names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(c.names, name) }) {
		return fmt.Errorf("the client certificate of %q has no name of webhook.clientCertificates.allowedNames", certificate.Subject)
	}
	return nil
}
