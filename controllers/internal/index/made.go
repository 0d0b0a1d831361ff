// SPDX-License-Identifier: Apache-2.0

package index

import (
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// MadeByUs reports whether the operator made an object, for an organization or for the platform.
func MadeByUs(obj client.Object) bool {
	labels := obj.GetLabels()
	return labels[v1alpha1.OrganizationLabel] != "" || labels[v1alpha1.ManagedByLabel] == v1alpha1.FieldOwner
}
