// SPDX-License-Identifier: Apache-2.0

package access

import (
	"regexp"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/polyorg/polyorg/test/lab"
)

// These are the answers that no rule gives.
const (
	yes  = "yes"
	rbac = "RBAC"
)

var rule = regexp.MustCompile(`\[([A-Z]\d+)\]`)

// answer is yes, RBAC, or the rule by which admission refuses. Any other error is returned as its text.
func answer(err error) string {
	if err == nil {
		return yes
	}
	if byRBAC, _ := lab.BeRefusedByRBAC().Match(err); byRBAC {
		return rbac
	}
	if said := rule.FindStringSubmatch(err.Error()); said != nil && (apierrors.IsForbidden(err) || apierrors.IsInvalid(err)) {
		return said[1]
	}
	return err.Error()
}
