// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"cmp"
	"context"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/sandbox"
	"github.com/polyorg/polyorg/test/lab"
)

// samplesIn are the samples of a folder. Specs are made from them, so a folder that cannot be read ends the suite.
func samplesIn(dir string) []sandbox.Sample {
	samples, err := sandbox.ReadSamples(dir)
	if err != nil || len(samples) == 0 {
		Fail("no samples in " + dir)
	}
	return samples
}

// applyAll applies the samples as `make run` does, and returns the warnings that came with each.
func applyAll(ctx context.Context) map[string][]string {
	GinkgoHelper()
	warned := map[string][]string{}
	for _, s := range samplesIn(samplesDir) {
		warnings, err := cluster.Operator.ApplySample(ctx, s)
		Expect(err).NotTo(HaveOccurred())
		warned[s.Path] = warnings
	}
	return warned
}

// meddle changes and deletes what the samples say, as the people there can.
func meddle(ctx context.Context) {
	GinkgoHelper()
	for _, act := range []string{
		`patch organization zylker-labs --as=john@zylker.com --type=merge --patch={"spec":{"displayName":"Changed","locale":null}}`,
		`patch organization zylker-services --as=maria@zylker.com --type=merge --patch={"spec":{"accessURL":{"name":"desk"},"superAdmin":"john@zylker.com"}}`,
		"patch membership alice -n " + services + ` --type=merge --patch={"spec":{"suspended":true}}`,
		"patch membership john -n " + products + ` --type=merge --patch={"spec":{"role":"Administrator"}}`,
		"delete membership alice -n " + products,
		"delete integrationbinding desk campaigns -n " + products,
		"delete invitation dave -n " + labs,
		"delete memberships -n " + products + " --field-selector=spec.user=bob@zylker.com",
		"delete invitation bob -n " + products,
		"delete clusterrolebinding polyorg-self-service",
	} {
		said, err := kubectl(ctx, strings.Fields(act)...)
		Expect(err).NotTo(HaveOccurred(), said)
	}
}

// chooses makes somebody a member for a while, and returns when that organization is their default.
func chooses(ctx context.Context, email, organization string) {
	GinkgoHelper()
	m := &v1alpha1.Membership{
		ObjectMeta: metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + organization, Name: "for-a-while"},
		Spec:       v1alpha1.MembershipSpec{User: email, Role: v1alpha1.RoleStandard},
	}
	lab.Create(ctx, platform, m)
	DeferCleanup(func(ctx context.Context) { Expect(platform.Delete(ctx, m)).To(Succeed()) })
	cluster.EventuallyReady(ctx, m)
	lab.Create(ctx, cluster.As(email), &v1alpha1.OrganizationRequest{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "for-a-while-"},
		Spec:       v1alpha1.OrganizationRequestSpec{Organization: organization, Action: v1alpha1.RequestChooseDefault},
	})
	Eventually(func(g Gomega) { g.Expect(personOf(ctx, g, email).defaultOrganization).To(Equal(organization)) }).Should(Succeed())
}

// beginWith matches as many warnings as there are beginnings, each with its own.
func beginWith(beginnings []string) types.GomegaMatcher {
	all := make([]any, len(beginnings))
	for i, b := range beginnings {
		all[i] = HavePrefix("Warning: " + b)
	}
	return HaveExactElements(all...)
}

// warningsIn are the warnings in what kubectl said.
func warningsIn(said string) (warnings []string) {
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "Warning: ") {
			warnings = append(warnings, strings.TrimSpace(line))
		}
	}
	return warnings
}

// bySender groups refused samples that one kubectl can send. A review is refused because it is no dry run.
func bySender(samples []sandbox.Sample) (groups [][]sandbox.Sample) {
	sender := func(s sandbox.Sample) string { return s.Verb + " " + s.As }
	samples = slices.DeleteFunc(slices.Clone(samples), func(s sandbox.Sample) bool { return s.Rule == "R9" })
	slices.SortStableFunc(samples, func(a, b sandbox.Sample) int { return cmp.Compare(sender(a), sender(b)) })
	for i, s := range samples {
		if i == 0 || sender(s) != sender(samples[i-1]) {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], s)
	}
	return groups
}
