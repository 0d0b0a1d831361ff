// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = inEachMode(func(s *scene) {
	It("A6: a renamed organization is entered by both hosts, without a failure in between", func(ctx context.Context) {
		org := s.org(ctx)
		before := host(org.Name)
		s.eventually(ctx, visit{host: before}, leadTo(org))
		w := s.walk(ctx, org, before)
		after := s.rename(ctx, org, lab.Unique("renamed"))
		s.eventually(ctx, visit{host: after}, leadTo(org))
		s.eventually(ctx, visit{host: before, target: "/leads/7?view=all&q=%C3%A9"}, redirectTo(s.url(after)+"/leads/7?view=all&q=%C3%A9"))
		w.stop()
		Expect(w.failures).To(BeEmpty(), "of %d requests", w.asked)
		Expect(w.asked).To(BeNumerically(">", 10), "a client must have asked meanwhile")
		Expect(w.moved).To(BeNumerically(">", 0))
		Expect(s.Platform.Get(ctx, keyOf(org), org)).To(Succeed())
		Expect(org.Status.AccessURL).To(Equal(s.url(after)))
	}, NodeTimeout(2*time.Minute))

	It("A6: an organization that comes back to its host is entered there, and the redirect turns around", func(ctx context.Context) {
		org := s.org(ctx)
		first := host(org.Name)
		second := s.rename(ctx, org, lab.Unique("renamed"))
		s.eventually(ctx, visit{host: first}, redirectTo(s.url(second)+"/"))
		s.patch(ctx, org, `{"spec":{"accessURL":{"name":null}}}`)
		s.eventually(ctx, visit{host: first}, leadTo(org))
		s.eventually(ctx, visit{host: second}, redirectTo(s.url(first)+"/"))
	}, NodeTimeout(2*time.Minute))

	It("A6: a former host redirects to no foreign host, whatever the request says", func(ctx context.Context) {
		org := s.org(ctx)
		before := host(org.Name)
		after := s.rename(ctx, org, lab.Unique("renamed"))
		s.eventually(ctx, visit{host: before}, redirectTo(s.url(after)+"/"))
		for _, v := range []visit{
			{host: before, target: "//foreign.example/x"},
			{host: before, target: `/\foreign.example`},
			{host: before, target: "/..//foreign.example/"},
			{host: before, target: "/%2f%2fforeign.example"},
			{host: before, target: "/@foreign.example"},
			{host: before, target: "/?://foreign.example"},
			{host: before, header: []string{"X-Forwarded-Host: foreign.example", "X-Forwarded-Proto: ftp", "X-Forwarded-Port: 1"}},
			{host: before + ":1"},
			{host: shout(before) + "."},
		} {
			a := s.gets(ctx, v)
			Expect(a).To(Or(WithTransform(refused, BeTrue()), beAnswered(http.StatusPermanentRedirect)), "%+v", v)
			if a.Status == http.StatusPermanentRedirect {
				to, err := url.Parse(location(a))
				Expect(err).NotTo(HaveOccurred())
				Expect(to.Scheme+"://"+to.Host).To(Equal(s.url(after)), "%+v", v)
			}
		}
	}, NodeTimeout(2*time.Minute))

	It("A2, A6: nobody else gets a former host, and its links lead to nobody else", func(ctx context.Context) {
		org, other := s.org(ctx), s.org(ctx)
		before := host(org.Name)
		after := s.rename(ctx, org, lab.Unique("renamed"))
		s.eventually(ctx, visit{host: before}, redirectTo(s.url(after)+"/"))
		take := client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, `{"spec":{"accessURL":{"name":%q}}}`, org.Name))
		Expect(s.Platform.Patch(ctx, other.DeepCopy(), take)).To(lab.BeRefusedBy("A6"))
		Expect(s.gets(ctx, visit{host: before})).To(redirectTo(s.url(after) + "/"))
	}, NodeTimeout(2*time.Minute))
})

func keyOf(org *v1alpha1.Organization) client.ObjectKey { return client.ObjectKeyFromObject(org) }
