// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"errors"
	"fmt"
	"os"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/polyorg/polyorg/internal/controlplane/pki"
)

// writeCertificates makes the authority, everybody's certificates, and the key that signs service-account tokens.
func (c *ControlPlane) writeCertificates() error {
	ca, err := pki.NewAuthority("polyorg-trial")
	if err != nil {
		return err
	}
	server, err1 := ca.Server("127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "127.10.0.1")
	admin, err2 := ca.Client("admin", "system:masters")
	controllers, err3 := ca.Client("system:kube-controller-manager")
	tokens, err4 := pki.SigningKey()
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	c.ca = ca
	c.admin = clientConfig(ca, admin)
	c.controllers = clientConfig(ca, controllers)
	return errors.Join(
		os.WriteFile(c.CAFile(), ca.Cert(), 0o600),
		server.Write(c.dir, "server"),
		os.WriteFile(c.path("tokens.key"), tokens, 0o600))
}

// ConfigWithCertificate signs in as somebody by a client certificate of their own, with the rights of that user and these groups.
func (c *ControlPlane) ConfigWithCertificate(user string, groups ...string) (*rest.Config, error) {
	pair, err := c.ca.Client(user, groups...)
	if err != nil {
		return nil, err
	}
	config := clientConfig(c.ca, pair)
	config.Host = c.admin.Host
	return config, nil
}

func clientConfig(ca *pki.Authority, client pki.Pair) *rest.Config {
	return &rest.Config{
		QPS:             -1,
		TLSClientConfig: rest.TLSClientConfig{CAData: ca.Cert(), CertData: client.Cert, KeyData: client.Key},
	}
}

// writeKubeconfigs points everybody to the API server's port.
func (c *ControlPlane) writeKubeconfigs(port int) error {
	url := fmt.Sprintf("https://127.0.0.1:%d", port)
	c.admin.Host, c.controllers.Host = url, url
	return errors.Join(
		WriteKubeconfig(c.Kubeconfig(), c.admin),
		WriteKubeconfig(c.path("controllers.kubeconfig"), c.controllers))
}

// WriteKubeconfig stores a configuration with its certificates or token as a kubeconfig file, for the owner's eyes
// only.
func WriteKubeconfig(path string, config *rest.Config) error {
	const name = "polyorg-trial"
	return clientcmd.WriteToFile(clientcmdapi.Config{
		CurrentContext: name,
		Contexts:       map[string]*clientcmdapi.Context{name: {Cluster: name, AuthInfo: name}},
		Clusters: map[string]*clientcmdapi.Cluster{name: {
			Server:                   config.Host,
			TLSServerName:            config.ServerName,
			InsecureSkipTLSVerify:    config.Insecure,
			CertificateAuthority:     config.CAFile,
			CertificateAuthorityData: config.CAData,
		}},
		AuthInfos: map[string]*clientcmdapi.AuthInfo{name: {
			ClientCertificateData: config.CertData,
			ClientKeyData:         config.KeyData,
			Token:                 config.BearerToken,
		}},
	}, path)
}
