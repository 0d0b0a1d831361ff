// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"context"
	"fmt"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	authenticationclient "k8s.io/client-go/kubernetes/typed/authentication/v1"
	"k8s.io/client-go/rest"
)

// Own is the username by which the API server knows this process.
func Own(ctx context.Context, config *rest.Config) (string, error) {
	c, err := authenticationclient.NewForConfig(config)
	if err != nil {
		return "", err
	}
	self, err := c.SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("ask the API server who this is: %w", err)
	}
	return self.Status.UserInfo.Username, nil
}
