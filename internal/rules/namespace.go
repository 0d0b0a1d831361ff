// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"strings"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// OrganizationOf is the organization whose namespace this is; empty for any other namespace.
func OrganizationOf(namespace string) string {
	organization, ok := strings.CutPrefix(namespace, v1alpha1.NamespacePrefix)
	if !ok {
		return ""
	}
	return organization
}

// Namespace judges the namespace of an object that belongs to an organization: only that organization's namespace is right (O6).
func Namespace(namespace string) Violations {
	if OrganizationOf(namespace) != "" {
		return nil
	}
	return invalid("O6", "metadata.namespace", "the namespace of an organization starts with %s, and %q is none; write %s and the organization's name, for example %szylker-products",
		v1alpha1.NamespacePrefix, namespace, v1alpha1.NamespacePrefix, v1alpha1.NamespacePrefix)
}
