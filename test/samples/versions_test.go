// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"context"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// versions are all the objects that Polyorg and its operator write, each with its resourceVersion.
func versions(ctx context.Context) (string, error) {
	return kubectl(ctx, "get", "polyorg,namespaces,ingresses,rolebindings,clusterroles,clusterrolebindings", "-A",
		`-o=jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\n"}{end}`)
}

// settled returns the versions once they have stayed the same for a while.
func settled(ctx context.Context) string {
	GinkgoHelper()
	var last string
	same := 0
	Eventually(func(g Gomega) int {
		now, err := versions(ctx)
		g.Expect(err).NotTo(HaveOccurred())
		if now == last {
			same++
		} else {
			last, same = now, 0
		}
		return same
	}).WithPolling(time.Second).Should(BeNumerically(">=", 4))
	return last
}

func sorted(words []string) string {
	slices.Sort(words)
	return strings.Join(words, " ")
}
