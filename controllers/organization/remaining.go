// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"regexp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/polyorg/polyorg/internal/rules"
)

// remaining says what keeps a namespace that ends: the namespace controller's findings, in plain words. Of a failure it gives only the
// reason, because the text of an error differs each time.
func remaining(ns *corev1.Namespace) string {
	text := "Waits until everything in its namespace is gone"
	for _, c := range ns.Status.Conditions {
		switch {
		case c.Status != corev1.ConditionTrue:
		case c.Type == corev1.NamespaceContentRemaining:
			text += "; left: " + counts(c.Message, contents)
		case c.Type == corev1.NamespaceFinalizersRemaining:
			text += "; kept by the finalizer " + counts(c.Message, finalizers)
		default:
			text += "; Kubernetes cannot delete it yet (" + c.Reason + ")"
		}
	}
	return text
}

var (
	// A resource of the core has no group, and so its name ends with a dot.
	contents   = regexp.MustCompile(`(\S+?)\.? has (\d+) resource instances`)
	finalizers = regexp.MustCompile(`(\S+) in (\d+) resource instances`)
)

// counts are the names and numbers in a message, or the message if it has none.
func counts(message string, in *regexp.Regexp) string {
	var texts []string
	for _, found := range in.FindAllStringSubmatch(message, -1) {
		n, err := strconv.Atoi(found[2])
		switch {
		case err != nil:
		case in == contents:
			texts = append(texts, found[2]+" "+found[1])
		default:
			texts = append(texts, found[1]+" on "+rules.Number(n, "object", "objects"))
		}
	}
	if len(texts) == 0 {
		return message
	}
	return strings.Join(texts, ", ")
}
