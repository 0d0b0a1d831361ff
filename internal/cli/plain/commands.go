// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// withoutAddress is how a review is refused to somebody whose sign-in name is no e-mail address, such as a platform actor.
const withoutAddress = "your sign-in name is no e-mail address, so there is nobody to review"

// IsWithoutAddress reports whether a person has no organizations of their own, because they have no e-mail address.
func IsWithoutAddress(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), withoutAddress)
}

// commands has the words of refusals that tell a user of kubectl what to write, each with what a user of the plug-in does instead.
var commands = []string{
	withoutAddress + "; a platform actor may set spec.user",
	"your sign-in name is no e-mail address, so you belong to no organization; a platform actor may name somebody: --of EMAIL in list and limits, --super-admin EMAIL in create",
	"leave spec.user out", "leave --of out",
}

// InCommands is a refusal with commands and flags in place of the API's words.
func InCommands(text string) string { return strings.NewReplacer(commands...).Replace(text) }
