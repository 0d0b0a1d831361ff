// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	operatorKubeconfig = "operator.kubeconfig"
	// tokenSeconds is longer than a trial runs. An API server may be configured to grant less.
	tokenSeconds = int64(30 * 24 * time.Hour / time.Second)
)

// serviceAccountToken signs in as the operator's service account, which the manifests have created.
func (s *Sandbox) serviceAccountToken(ctx context.Context) (string, error) {
	client, err := kubernetes.NewForConfig(s.admin)
	if err != nil {
		return "", err
	}
	seconds := tokenSeconds
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	request, err = client.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, account, request, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("sign in as service account %s/%s: %w", namespace, account, err)
	}
	return request.Status.Token, nil
}
