// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// byRBAC is how the API server says that somebody has no right to a request.
var byRBAC = regexp.MustCompile(`User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?`)

// acts are the kinds that everybody with self-service may create.
var acts = []string{"selfreviews", "organizationrequests", "invitationresponses", "organizations"}

// IsWithoutRight reports whether RBAC refused a request. Admission, and so no rule, was asked.
func IsWithoutRight(err error) bool {
	return apierrors.IsForbidden(err) && byRBAC.MatchString(err.Error())
}

// withoutRight says who could give the right, or has it.
func withoutRight(err error) string {
	found := byRBAC.FindStringSubmatch(err.Error())
	user, verb, resource, group, namespace := found[1], found[2], found[3], found[4], found[5]
	organization, inside := strings.CutPrefix(namespace, v1alpha1.NamespacePrefix)
	switch {
	case strings.HasPrefix(verb, "impersonate"):
		return fmt.Sprintf("you (%s) may not act as somebody else", user)
	case group == v1alpha1.GroupName && verb == "create" && slices.Contains(acts, resource):
		return fmt.Sprintf("you (%s) have no right to create %s; ask your platform team to bind the ClusterRole polyorg-self-service to you", user, resource)
	case group == v1alpha1.GroupName && inside:
		return fmt.Sprintf("you (%s) have no right to %s %s in organization %s; its administrators have it while they are active members", user, verb, resource, organization)
	case group == v1alpha1.GroupName:
		return fmt.Sprintf("you (%s) have no right to %s %s; that is for the platform team", user, verb, resource)
	}
	return fmt.Sprintf("you (%s) have no right to %s %s", user, verb, resource)
}
