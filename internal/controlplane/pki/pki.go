// SPDX-License-Identifier: Apache-2.0

// Package pki makes the certificates of a trial: one authority, and the certificates that it signs. Its key stays in the process, unless
// a pool of control planes keeps it for other processes.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// validity is the life of a certificate: longer than any trial runs, and no longer than needed.
const validity = 30 * 24 * time.Hour

// Authority signs certificates.
type Authority struct {
	key  crypto.Signer
	cert *x509.Certificate
}

// Pair is a certificate and its private key, both PEM.
type Pair struct{ Cert, Key []byte }

// NewAuthority makes a fresh one.
func NewAuthority(name string) (*Authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	c, err := cert.NewSelfSignedCACert(cert.Config{CommonName: name}, key)
	if err != nil {
		return nil, err
	}
	return &Authority{key: key, cert: c}, nil
}

// Read returns an authority of which the certificate and the key are in files.
func Read(certFile, keyFile string) (*Authority, error) {
	key, err := keyutil.PrivateKeyFromFile(keyFile)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("the key in %s does not sign", keyFile)
	}
	certs, err := cert.CertsFromFile(certFile)
	if err != nil {
		return nil, err
	}
	return &Authority{key: signer, cert: certs[0]}, nil
}

// WriteKey stores the authority's key, for the owner's eyes only: whoever reads it can sign in as anybody.
func (a *Authority) WriteKey(file string) error {
	key, err := keyutil.MarshalPrivateKeyToPEM(a.key)
	if err != nil {
		return err
	}
	return os.WriteFile(file, key, 0o600)
}

// Cert is the authority's own certificate, PEM.
func (a *Authority) Cert() []byte { return encodeCert(a.cert.Raw) }

// Server issues a certificate for a server that is reached under these names and addresses.
func (a *Authority) Server(hosts ...string) (Pair, error) {
	t := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	return a.issue(t)
}

// Client issues a certificate by which a user with these groups signs in.
func (a *Authority) Client(user string, groups ...string) (Pair, error) {
	return a.issue(&x509.Certificate{
		Subject:     pkix.Name{CommonName: user, Organization: groups},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

func (a *Authority) issue(t *x509.Certificate) (Pair, error) {
	key, err := newKey()
	if err != nil {
		return Pair{}, err
	}
	if t.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return Pair{}, err
	}
	t.NotBefore = a.cert.NotBefore
	t.NotAfter = time.Now().Add(validity)
	t.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, key.Public(), a.key)
	if err != nil {
		return Pair{}, err
	}
	private, err := keyutil.MarshalPrivateKeyToPEM(key)
	return Pair{Cert: encodeCert(der), Key: private}, err
}

// SigningKey makes a private key, PEM, such as service-account tokens are signed with.
func SigningKey() ([]byte, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	return keyutil.MarshalPrivateKeyToPEM(key)
}

// Write stores the pair as NAME.crt and NAME.key in dir, for the owner's eyes only.
func (p Pair) Write(dir, name string) error {
	return errors.Join(
		os.WriteFile(filepath.Join(dir, name+".crt"), p.Cert, 0o600),
		os.WriteFile(filepath.Join(dir, name+".key"), p.Key, 0o600))
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

func encodeCert(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: cert.CertificateBlockType, Bytes: der})
}
