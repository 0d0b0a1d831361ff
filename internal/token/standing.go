// SPDX-License-Identifier: Apache-2.0

package token

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// Standing reads what a link's invitation says now.
func Standing(ctx context.Context, live client.Reader, link rules.Link) (rules.Standing, error) {
	i := &v1alpha1.Invitation{}
	err := live.Get(ctx, types.NamespacedName{Namespace: link.Namespace, Name: link.Name}, i)
	switch {
	case apierrors.IsNotFound(err):
		return rules.Standing{Link: link}, nil
	case err != nil:
		return rules.Standing{}, err
	}
	return rules.Standing{Link: link, Now: i}, nil
}
