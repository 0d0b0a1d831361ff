// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

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

	// begin serves admission with a drop time, and makes the tenant.
	begin := func(ctx context.Context, drop time.Duration) {
		GinkgoHelper()
		replicas = []*replica{newReplica(control.Config()), newReplica(control.Config())}
		for _, r := range replicas {
			r.journal.DropTime = drop
		}
		serve(ctx, replicas...)
		owner = lab.Person("owner")
		org = create(ctx, lab.NewOrganization(owner, 10))
		lab.Grant(ctx, platform, org)
	}

	// binding is a binding with a name and an account of these lengths.
	binding := func(i, name, account int) *v1alpha1.IntegrationBinding {
		prefix := fmt.Sprintf("b-%02d-", i)
		b := lab.NewBinding(org, "ZohoAnalytics", fmt.Sprintf("%02d", i)+strings.Repeat("<", account-2))
		b.Name = prefix + strings.Repeat("n", name-len(prefix))
		return b
	}

	// fill asks the replicas directly, so that nothing is stored. It asks for the largest bindings first, then for smaller ones.
	fill := func(ctx context.Context, name int) {
		var asked sync.WaitGroup
		for i := range 32 {
			account := []int{253, 253, 253, 253, 253, 253, 60, 2}[i/4]
			asked.Go(func() {
				_, _ = ask(ctx, replicas[i%2], by(owner, review(binding(i, max(6, name*account/253), account))))
			})
		}
		asked.Wait()
	}

	// othersGoOn expects that another tenant's first try succeeds.
	othersGoOn := func(ctx context.Context) {
		GinkgoHelper()
		other := create(ctx, lab.NewOrganization(lab.Person("owner"), 10))
		lab.Grant(ctx, platform, other)
		theirs := control.ConfigFor(other.Spec.SuperAdmin, lab.People, "system:authenticated")
		for range 3 {
			Expect(once(ctx, theirs, "invitations", lab.NewInvitation(other, lab.Person("guest")))).To(Succeed(), "at once")
		}
	}

	It("that asks for 32 large bindings and stores none stops nobody else", func(ctx SpecContext) {
		begin(ctx, soon)
		most := 0
		during(ctx, func(context.Context) {
			bytes := 0
			for _, e := range record(ctx).Entries {
				if e.Organization() == org.Name {
					bytes += len(e.Text) + 1
				}
			}
			most = max(most, bytes)
		}, func() {
			fill(ctx, 253)
			othersGoOn(ctx)
			fill(ctx, 63)
			othersGoOn(ctx)
		})
		Expect(most).To(And(BeNumerically(">", 4<<10), BeNumerically("<=", 8<<10)), "what one person may have")
	}, NodeTimeout(soon*2))

	It("whose bindings have 12,000 labels, which etcd would refuse, is refused first", func(ctx SpecContext) {
		begin(ctx, soon)
		labels := map[string]string{}
		for i := range 12_000 {
			labels[fmt.Sprintf("label-%05d-%s", i, strings.Repeat("k", 51))] = strings.Repeat("v", 63)
		}
		mine := control.ConfigFor(owner, lab.People, "system:authenticated")
		for i := range 5 {
			b := binding(i, 63, 253)
			b.Labels = labels
			Expect(once(ctx, mine, "integrationbindings", b)).To(MatchError(ContainSubstring("(used 12000 of 64) [R4]")))
		}
		othersGoOn(ctx)
		Expect(record(ctx).Entries).NotTo(ContainElement(HaveField("Namespace", lab.NamespaceOf(org))))
	}, NodeTimeout(soon))

	It("that asks for a host over and over, and never stores its change, leaves the host to the next", func(ctx SpecContext) {
		begin(ctx, dropTime)
		host := lab.Unique("shop")
		after := org.DeepCopy()
		after.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
		again := by(owner, change(org, after))
		answer, err := ask(ctx, replicas[0], again)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Allowed).To(BeTrue())
		repeats := func(ctx context.Context) { _, _ = ask(ctx, replicas[1], again) }
		renews := func(ctx context.Context) {
			fresh := lab.NewOrganization(owner, 0)
			fresh.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
			_, _ = ask(ctx, replicas[0], by(owner, review(fresh)))
		}
		during(ctx, repeats, func() {
			during(ctx, renews, func() {
				next := lab.NewOrganization(lab.Person("owner"), 3)
				next.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
				Expect(insist(ctx, func() error { return platform.Create(ctx, next) })).To(Succeed())
			})
		})
		isQuiet(ctx)
	}, NodeTimeout(soon))

	It("whose change makes a rule panic is told that this is our fault, and nobody else is harmed", func(ctx SpecContext) {
		begin(ctx, dropTime)
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
