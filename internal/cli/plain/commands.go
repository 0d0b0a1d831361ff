// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"cmp"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// withoutAddress is how a review is refused to somebody whose sign-in name is no e-mail address, such as a platform actor.
const withoutAddress = "your sign-in name is no e-mail address, so there is nobody to review"

// IsWithoutAddress reports whether a person has no organizations of their own, because they have no e-mail address.
func IsWithoutAddress(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), withoutAddress)
}

// command is a part of a refusal that tells a user of kubectl what to write. instead is the plug-in's command for it. %s is a word.
type command struct{ said, instead string }

var commands = []command{
	{withoutAddress + "; a platform actor may set spec.user",
		"your sign-in name is no e-mail address, so you belong to no organization; a platform actor may name somebody: --of EMAIL in list and limits, --super-admin EMAIL in create"},
	{"leave spec.user out", "leave --of out"},
	{"a SelfReview lists your organizations", "kubectl polyorg list shows your organizations"},
	{"%s is protected from deletion; set spec.deletionProtection to false first",
		"%s is protected from deletion; lift that first: kubectl polyorg change --organization %s --protect=false"},
	{"subscribe (spec.subscription)", "subscribe (kubectl polyorg subscribe)"},
	{"its condition Ready says why", "kubectl polyorg show says why"},
	{"set spec.superAdmin to %s", "write --super-admin %s"},
}

// flags are the arguments and flags that write a field.
var flags = map[string]string{
	"spec.displayName": "--display-name", "spec.timeZone": "--time-zone", "spec.locale": "--locale",
	"spec.accessURL.name": "--url-name", "spec.accessURL.customDomain": "--custom-domain", "spec.ipRestriction.allowedCIDRs": "--networks",
	"spec.subscription.edition": "EDITION", "spec.subscription.licenses": "--licenses",
	"spec.application": "APPLICATION", "spec.account": "ACCOUNT", "spec.component": "--component", "spec.initiatedFrom": "--from",
}

// field finds the name of a field, with its place in a list.
var field = regexp.MustCompile(`\bspec(?:\.[a-zA-Z]+)+(?:\[\d+\])?`)

// InCommands is a refusal with commands and flags in place of the API's words.
func InCommands(text string) string {
	for _, c := range commands {
		said := regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(c.said), "%s", `(\S+)`))
		text = said.ReplaceAllString(text, strings.ReplaceAll(c.instead, "%s", "$1"))
	}
	return field.ReplaceAllStringFunc(text, func(found string) string {
		name, _, _ := strings.Cut(found, "[")
		return cmp.Or(flags[name], found)
	})
}
