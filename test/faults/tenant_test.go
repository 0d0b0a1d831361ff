// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("One tenant", func() {
	var (
		replicas []*replica
		owner    string
		org      *v1alpha1.Organization
	)

	BeforeEach(func(ctx SpecContext) {
		replicas = serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
		owner = lab.Person("owner")
		org = create(ctx, lab.NewOrganization(owner, 10))
		isQuiet(ctx)
	})

	// binding is one of the largest that a person can ask for, under a name of some length.
	binding := func(i, length int) *v1alpha1.IntegrationBinding {
		name := fmt.Sprintf("b-%02d-", i)
		b := lab.NewBinding(org, "ZohoAnalytics", fmt.Sprintf("%02d", i)+strings.Repeat("<", 251))
		b.Name = name + strings.Repeat("n", length-len(name))
		return b
	}

	// othersGoOn expects that another tenant is served at its first try.
	othersGoOn := func(ctx context.Context) {
		GinkgoHelper()
		other := create(ctx, lab.NewOrganization(lab.Person("owner"), 10))
		theirs := control.ConfigFor(other.Spec.SuperAdmin, lab.People, "system:authenticated")
		for range 3 {
			Expect(once(ctx, theirs, "invitations", lab.NewInvitation(other, lab.Person("guest")))).To(Succeed(), "at once")
		}
	}

	It("that asks for 25 large bindings, none of which is stored, stops nobody else", func(ctx SpecContext) {
		most := 0
		during(ctx, func(ctx context.Context) {
			bytes := 0
			for _, e := range record(ctx).Entries {
				if e.Organization() == org.Name {
					bytes += len(e.Text) + 1
				}
			}
			most = max(most, bytes)
		}, func() {
			for _, length := range []int{253, 63} {
				var asked sync.WaitGroup
				for i := range 25 {
					asked.Go(func() { _, _ = ask(ctx, replicas[i%2], by(owner, review(binding(i, length)))) })
				}
				othersGoOn(ctx)
				asked.Wait()
				othersGoOn(ctx)
			}
		})
		Expect(most).To(And(BeNumerically(">", 4<<10), BeNumerically("<=", 8<<10)), "what one person may have")
	}, NodeTimeout(soon*2))

	It("whose bindings bear 12,000 labels, which etcd would refuse, is refused before", func(ctx SpecContext) {
		labels := map[string]string{}
		for i := range 12_000 {
			labels[fmt.Sprintf("label-%05d-%s", i, strings.Repeat("k", 48))] = strings.Repeat("v", 60)
		}
		mine := control.ConfigFor(owner, lab.People, "system:authenticated")
		for i := range 14 {
			b := binding(i, 63)
			b.Labels = labels
			Expect(once(ctx, mine, "integrationbindings", b)).To(MatchError(ContainSubstring("(used 12000 of 64) [R4]")))
		}
		othersGoOn(ctx)
		Expect(record(ctx).Entries).NotTo(ContainElement(HaveField("Kind", "IntegrationBinding")))
	}, NodeTimeout(soon))

	It("that wants a host over and over, and never comes, leaves it to whoever comes", func(ctx SpecContext) {
		host := lab.Unique("shop")
		after := org.DeepCopy()
		after.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
		again := by(owner, change(org, after))
		answer, err := ask(ctx, replicas[0], again)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Allowed).To(BeTrue())
		during(ctx, func(ctx context.Context) {
			_, _ = ask(ctx, replicas[1], again)
			fresh := lab.NewOrganization(owner, 0)
			fresh.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
			_, _ = ask(ctx, replicas[0], by(owner, review(fresh)))
		}, func() {
			next := lab.NewOrganization(lab.Person("owner"), 3)
			next.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
			Expect(insist(ctx, func() error { return platform.Create(ctx, next) })).To(Succeed())
		})
		isQuiet(ctx)
	}, NodeTimeout(soon))

	It("on whose change a rule panics is told that it is our fault, and nobody else is harmed", func(ctx SpecContext) {
		door.lead(replicas[0])
		replicas[0].clock.broken.Store(true)
		mine := control.ConfigFor(owner, lab.People, "system:authenticated")
		err := once(ctx, mine, "invitations", lab.NewInvitation(org, lab.Person("guest")))
		Expect(apierrors.IsInternalError(err)).To(BeTrue(), "%v", err)
		Expect(err).To(HaveField("Status().Code", BeEquivalentTo(http.StatusInternalServerError)))
		Expect(err).To(MatchError(ContainSubstring("a rule failed")))
		replicas[0].clock.broken.Store(false)
		Expect(once(ctx, mine, "invitations", lab.NewInvitation(org, lab.Person("guest")))).To(Succeed())
		isQuiet(ctx)
	}, NodeTimeout(soon))
})
