// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"context"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/sandbox"
)

// unknownTo are the names of organizations that a sample's actor neither belongs to nor names. A platform actor knows all.
func unknownTo(ctx context.Context, s sandbox.Sample) []string {
	GinkgoHelper()
	if s.As == "" {
		return nil
	}
	written, err := os.ReadFile(s.Path)
	Expect(err).NotTo(HaveOccurred())
	theirs := map[string]bool{}
	for _, m := range membershipsOf(ctx, s.As) {
		theirs[facts.OrganizationOf(m.Namespace)] = true
	}
	var all v1alpha1.OrganizationList
	Expect(platform.List(ctx, &all)).To(Succeed())
	Expect(all.Items).NotTo(BeEmpty())
	var names []string
	for i := range all.Items {
		if name := all.Items[i].Name; !theirs[name] && !strings.Contains(string(written), name) {
			names = append(names, name)
		}
	}
	return names
}
