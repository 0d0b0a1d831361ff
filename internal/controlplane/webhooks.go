// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"errors"
	"fmt"
	"os"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// admissionConfiguration tells the API server's two webhook plugins where their kubeconfig is.
const admissionConfiguration = `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: MutatingAdmissionWebhook
    configuration: &webhooks
      apiVersion: apiserver.config.k8s.io/v1
      kind: WebhookAdmissionConfiguration
      kubeConfigFile: %s
  - name: ValidatingAdmissionWebhook
    configuration: *webhooks
`

// introduceToWebhooks returns the flags by which the API server presents a client certificate to every webhook; none where it
// presents no certificate.
func (c *ControlPlane) introduceToWebhooks() ([]string, error) {
	if c.webhookClient == "" {
		return nil, nil
	}
	pair, err := c.ca.Client(c.webhookClient)
	if err != nil {
		return nil, err
	}
	kubeconfig, file := c.path("webhooks.kubeconfig"), c.path("admission.yaml")
	everywhere := map[string]*clientcmdapi.AuthInfo{"*": {ClientCertificateData: pair.Cert, ClientKeyData: pair.Key}}
	return []string{"--admission-control-config-file=" + file}, errors.Join(
		clientcmd.WriteToFile(clientcmdapi.Config{AuthInfos: everywhere}, kubeconfig),
		os.WriteFile(file, fmt.Appendf(nil, admissionConfiguration, kubeconfig), 0o600))
}
