// SPDX-License-Identifier: Apache-2.0

//go:build long

package serving

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/test/lab"
)

// renames is how many a client lives through.
const renames = 10

var _ = inEachMode(func(s *scene) {
	It("A6: a client that asks without pause sees no failure in ten renames", func(ctx context.Context) {
		org := s.org(ctx)
		hosts := []string{host(org.Name)}
		s.eventually(ctx, visit{host: hosts[0]}, leadTo(org))
		w := s.walk(ctx, org, hosts[0])
		for range renames {
			next := s.rename(ctx, org, lab.Unique("renamed"))
			s.eventually(ctx, visit{host: next}, leadTo(org))
			w.add(next)
			hosts = append(hosts, next)
		}
		last := hosts[len(hosts)-1]
		for _, former := range hosts[:renames] {
			s.eventually(ctx, visit{host: former, target: "/a?b=c"}, redirectTo(s.url(last)+"/a?b=c"))
		}
		w.stop()
		Expect(w.failures).To(BeEmpty(), "of %d requests", w.asked)
		AddReportEntry("requests during ten renames", w.asked)
	}, NodeTimeout(5*time.Minute))

	It("A6: two renames within a second leave both former hosts redirecting to the last", func(ctx context.Context) {
		org := s.org(ctx)
		first := host(org.Name)
		s.eventually(ctx, visit{host: first}, leadTo(org))
		w := s.walk(ctx, org, first)
		s.rename(ctx, org, lab.Unique("renamed"))
		last := s.rename(ctx, org, lab.Unique("renamed"))
		s.eventually(ctx, visit{host: last}, leadTo(org))
		s.eventually(ctx, visit{host: first}, redirectTo(s.url(last)+"/"))
		w.stop()
		Expect(w.failures).To(BeEmpty(), "of %d requests", w.asked)
	}, NodeTimeout(2*time.Minute))

	It("A6: a leader that is killed during renames costs no request", func(ctx context.Context) {
		org := s.org(ctx)
		first := host(org.Name)
		s.eventually(ctx, visit{host: first}, leadTo(org))
		w := s.walk(ctx, org, first)
		last := s.rename(ctx, org, lab.Unique("renamed"))
		s.KillLeader(ctx)
		s.eventually(ctx, visit{host: last}, leadTo(org))
		s.eventually(ctx, visit{host: first}, redirectTo(s.url(last)+"/"))
		w.stop()
		Expect(w.failures).To(BeEmpty(), "of %d requests", w.asked)
	}, NodeTimeout(3*time.Minute))
})

var _ = Describe("An installation that changes its mode", Ordered, func() {
	s := &scene{}
	BeforeAll(func(ctx context.Context) { s.start(ctx, config.RouteByIngress) }, NodeTimeout(5*time.Minute))

	DescribeTable("drops no request, and leaves nothing of the other mode behind",
		func(ctx context.Context, to config.RouteMode) {
			org := s.org(ctx)
			former := host(org.Name)
			present := s.rename(ctx, org, lab.Unique("renamed"))
			s.eventually(ctx, visit{host: former}, redirectTo(s.url(present)+"/"))
			w := s.walk(ctx, org, present, former)
			s.mode = to
			Expect(s.Operator.Reconfigure(ctx, s.configure)).To(Succeed())
			written, removed := ingressKind, routeKind
			if to == config.RouteByGateway {
				written, removed = removed, written
			}
			Eventually(ctx, func(g Gomega) {
				g.Expect(s.routes(ctx, written, org)).NotTo(BeEmpty())
				g.Expect(s.routes(ctx, removed, org)).To(BeEmpty())
			}).Should(Succeed())
			Expect(s.gets(ctx, visit{host: present})).To(leadTo(org))
			w.stop()
			Expect(w.failures).To(BeEmpty(), "of %d requests", w.asked)
			AddReportEntry("requests meanwhile", w.asked)
		},
		Entry("from Ingress to Gateway", config.RouteByGateway, NodeTimeout(3*time.Minute)),
		Entry("and back", config.RouteByIngress, NodeTimeout(3*time.Minute)),
	)
})
