// SPDX-License-Identifier: Apache-2.0

// Package pages follows the documentation, command by command, and compares the results with the pages.
package pages

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var (
	l      *lab.Lab
	plugin string // the path of kubectl's plug-in
)

func TestPages(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Pages")
}

// The cluster is as `make run` leaves it when it reports that it is ready.
var _ = BeforeSuite(func(ctx context.Context) {
	l = lab.Start(ctx, lab.Options{Bare: true})
	plugin = lab.Plugin(ctx)
	Expect(l.Operator.ApplySamples(ctx, filepath.Join(l.Root, "config", "samples"))).To(Succeed())
}, NodeTimeout(8*time.Minute))

// All pages share one cluster: no page needs an object that another one removes.
var _ = Describe("The page", Ordered, ContinueOnFailure, func() {
	DescribeTable("does what it says:", walk,
		Entry("tutorial", NodeTimeout(patience), "tutorial.md"),
		Entry("default organizations", NodeTimeout(patience), "tasks/default-organization.md"),
		Entry("give access", NodeTimeout(patience), "tasks/give-access.md"),
		Entry("your own organizations", NodeTimeout(patience), "tasks/your-own-organizations.md"),
		Entry("trial and subscription", NodeTimeout(patience), "tasks/trial-and-subscription.md"),
		Entry("transfer the super-admin role", NodeTimeout(patience), "tasks/transfer-super-admin.md"),
	)

	It("on transfer leaves the role with a person whom no other page uses", func(ctx context.Context) {
		services := &v1alpha1.Organization{}
		services.Name = "zylker-services"
		Expect(lab.Change(ctx, l.Platform, services, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = "maria@zylker.com" })).To(Succeed())
		l.EventuallyReady(ctx, services)
	})

	DescribeTable("does what it says:", walk,
		Entry("change edition and licences", NodeTimeout(patience), "tasks/change-edition-and-licences.md"),
		Entry("end an organization", NodeTimeout(patience), "tasks/end-of-life.md"),
		Entry("keep customers in Git", NodeTimeout(patience), "tasks/gitops.md"),
	)
})
