// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/fallback"
	"github.com/polyorg/polyorg/internal/fallback/directory"
	"github.com/polyorg/polyorg/test/lab"
)

// newDirectory is that of a replica, with the operator's rights.
func newDirectory(ctx context.Context) *directory.Directory {
	GinkgoHelper()
	live, err := client.NewWithWatch(mgr.GetConfig(), client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	view := facts.NewView(baseDomain)
	d, err := directory.New(view, live, conf, clock)
	Expect(err).NotTo(HaveOccurred())
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	DeferCleanup(stop)
	go func() { _ = view.Watch(running, live) }()
	go func() { _ = d.Run(running) }()
	Expect(view.AwaitSync(ctx)).To(Succeed())
	Expect(d.AwaitSync(ctx)).To(BeTrue())
	Expect(d.Ready(nil)).To(Succeed())
	return d
}

var _ = Describe("A replica's directory of hosts", func() {
	It("leads from a former host to the present one, over several renames (A6)", func(ctx context.Context) {
		d := newDirectory(ctx)
		names := []string{lab.Unique("one"), lab.Unique("two"), lab.Unique("three")}
		org := settled(ctx, names[0], lab.Person("john"))
		for n, name := range names[1:] {
			asks(ctx, org, name)
			Eventually(func() fallback.State { a, _ := d.Find(name + "." + baseDomain); return a.State }).WithContext(ctx).Should(Equal(fallback.Serving))
			for _, former := range names[:n+1] {
				Eventually(func() fallback.Answer { a, _ := d.Find(former + "." + baseDomain); return a }).WithContext(ctx).
					Should(Equal(fallback.Answer{State: fallback.Moved, Present: name + "." + baseDomain}))
			}
		}
		Expect(d.Find(lab.Unique("never") + "." + baseDomain)).To(BeZero())
	})

	It("says that a host is suspended from the very instant, and no more when it resumes (A7)", func(ctx context.Context) {
		d := newDirectory(ctx)
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		host := org.Name + "." + baseDomain
		state := func() fallback.State { a, _ := d.Find(host); return a.State }
		Eventually(state).WithContext(ctx).Should(Equal(fallback.Serving))
		at(org.Status.Trial.EndsAt.Time)
		Expect(state()).To(Equal(fallback.Suspended), "no event says that the time has come")
		touch(ctx, org)
		eventually(ctx, fallbackOf(org), func(g Gomega, i *networkingv1.Ingress) { g.Expect(hostsIn(i)).To(ConsistOf(host)) })
		Expect(state()).To(Equal(fallback.Suspended))
		subscribe(ctx, org, ultimate)
		Eventually(state).WithContext(ctx).Should(Equal(fallback.Serving))
	})

	It("forgets the hosts of a deleted organization, former ones too (A7)", func(ctx context.Context) {
		d := newDirectory(ctx)
		former, present := lab.Unique("former"), lab.Unique("present")
		org := settled(ctx, former, lab.Person("john"))
		asks(ctx, org, present)
		known := func(name string) func() bool {
			return func() bool { _, found := d.Find(name + "." + baseDomain); return found }
		}
		Eventually(known(present)).WithContext(ctx).Should(BeTrue())
		Expect(kube.Delete(ctx, org)).To(Succeed())
		for _, name := range []string{former, present} {
			Eventually(known(name)).WithContext(ctx).Should(BeFalse())
			read(ctx, reservationOf(name)) // nobody else can take it
		}
	})
})
