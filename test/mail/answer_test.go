// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("An invitation by e-mail", func() {
	It("I4, I7: makes a member of the person who opens the link and accepts", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		i, m := invite(ctx, org, bob)
		accept, _ := links(m)

		asked := open(ctx, accept)
		Expect(asked.status).To(Equal(http.StatusOK))
		Expect(asked.body).To(ContainSubstring("Zylker"))
		Expect(asked.header.Get("Content-Security-Policy")).To(ContainSubstring("default-src 'none'"))
		Expect(asked.header.Get("Referrer-Policy")).To(Equal("no-referrer"))
		Expect(asked.header.Get("Cache-Control")).To(Equal("no-store"))

		done := choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept)
		Expect(done.status).To(Equal(http.StatusOK), done.body)
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
		Eventually(ctx, func(g Gomega) {
			all := memberships(ctx, org, bob)
			g.Expect(all).To(HaveLen(1))
			g.Expect(meta.IsStatusConditionTrue(all[0].Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue())
		}).Should(Succeed())
	}, NodeTimeout(time.Minute))

	It("I4: is declined by its other link", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		i, m := invite(ctx, org, bob)
		_, decline := links(m)
		Expect(open(ctx, decline).status).To(Equal(http.StatusOK))
		Expect(choose(ctx, tokenOf(decline), v1alpha1.DecisionDecline).status).To(Equal(http.StatusOK))
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationDeclined))
	}, NodeTimeout(time.Minute))

	It("I7: is not answered by whatever only follows its links", func(ctx context.Context) {
		i, m := invite(ctx, organization(ctx), lab.Person("bob"))
		accept, decline := links(m)
		for range 3 {
			for _, link := range []string{accept, decline} {
				Expect(open(ctx, link).status).To(Equal(http.StatusOK))
				Expect(send(ctx, http.MethodHead, link, "").status).To(Equal(http.StatusOK))
				Expect(send(ctx, http.MethodPost, link, "decision=Accept").status).To(BeNumerically(">=", 400))
			}
		}
		Expect(responses(ctx, i)).To(BeEmpty())
		Expect(stateOf(ctx, i)()).To(Equal(v1alpha1.InvitationPending))
	}, NodeTimeout(time.Minute))

	It("I12: says that the mail server took it", func(ctx context.Context) {
		i, _ := invite(ctx, organization(ctx), lab.Person("bob"))
		Eventually(ctx, func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(i), i)).To(Succeed())
			delivered := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered)
			g.Expect(delivered).To(HaveValue(HaveField("Reason", v1alpha1.ReasonSent)))
			g.Expect(i.Status.Delivery.Sends).To(BeEquivalentTo(1))
			g.Expect(i.Status.Delivery.LastSentAt).NotTo(BeNil())
		}).Should(Succeed())
	}, NodeTimeout(time.Minute))

	It("I6: is accepted by its link where the list does not offer it", func(ctx context.Context) {
		org := organization(ctx, func(o *v1alpha1.Organization) {
			o.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: []string{"203.0.113.0/24"}}
		})
		bob := lab.Person("bob")
		i, m := invite(ctx, org, bob)
		Expect(l.As(bob, people).Create(ctx, lab.NewResponse(i, v1alpha1.DecisionAccept))).To(lab.BeRefusedBy("I6"))
		accept, _ := links(m)
		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
	}, NodeTimeout(time.Minute))

	It("I2, I11: makes exactly one member of many answers at once", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		i, m := invite(ctx, org, bob)
		accept, _ := links(m)
		token := tokenOf(accept)
		const many = 9 // as many as the page takes at once for one invitation
		got := make([]page, many)
		var all sync.WaitGroup
		for n := range many {
			all.Go(func() {
				defer GinkgoRecover()
				got[n] = choose(ctx, token, v1alpha1.DecisionAccept)
			})
		}
		all.Wait()
		accepted := 0
		for _, p := range got {
			if p.status == http.StatusOK {
				accepted++
			} else {
				Expect(p.status).To(Equal(http.StatusConflict), p.body)
				Expect(p.heading()).To(Equal("This invitation was already answered"))
			}
		}
		Expect(accepted).To(Equal(1))
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
		Expect(memberships(ctx, org, bob)).To(HaveLen(1))
		Expect(responses(ctx, i)).To(HaveLen(1))
	}, NodeTimeout(time.Minute))
})

var _ = Describe("The link in an e-mail", func() {
	It("I9: ends with a later e-mail, and the deadline stays", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		i, first := invite(ctx, org, bob)
		Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(i), i)).To(Succeed())
		deadline := i.Status.ExpiresAt
		old, _ := links(first)
		Expect(lab.Change(ctx, l.Platform, i, func(i *v1alpha1.Invitation) {
			metav1.SetMetaDataAnnotation(&i.ObjectMeta, v1alpha1.ResendRequestedAtAnnotation, time.Now().UTC().Format(time.RFC3339))
		})).To(Succeed())
		second := message(ctx, bob, 2)
		Expect(idOf(second)).NotTo(Equal(idOf(first)))
		Expect(open(ctx, old).body).NotTo(ContainSubstring("<form"))
		Expect(choose(ctx, tokenOf(old), v1alpha1.DecisionAccept).status).To(Equal(http.StatusGone))
		young, _ := links(second)
		Expect(choose(ctx, tokenOf(young), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
		Expect(i.Status.ExpiresAt).To(Equal(deadline))
	}, NodeTimeout(time.Minute))

	It("I9: is sent again three times, and no more", func(ctx context.Context) {
		i, _ := invite(ctx, organization(ctx), lab.Person("bob"))
		at := time.Now().UTC().Add(-time.Minute)
		resend := func() error {
			at = at.Add(time.Second)
			return lab.Change(ctx, l.Platform, i, func(i *v1alpha1.Invitation) {
				metav1.SetMetaDataAnnotation(&i.ObjectMeta, v1alpha1.ResendRequestedAtAnnotation, at.Format(time.RFC3339))
			})
		}
		for n := range 3 {
			Expect(resend()).To(Succeed())
			message(ctx, i.Spec.Email, n+2)
			Eventually(ctx, func() *metav1.Time {
				Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(i), i)).To(Succeed())
				return i.Status.Delivery.LastSentAt
			}).ShouldNot(BeNil())
		}
		Expect(resend()).To(lab.BeRefusedBy("I9"))
		Consistently(ctx, func() int { return len(sentTo(i.Spec.Email)) }, "2s").Should(Equal(4))
	}, NodeTimeout(time.Minute))

	It("I13: counts what was deleted and invited again", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		for n := range 4 {
			i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, bob))
			message(ctx, bob, n+1)
			Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, i) })).To(Succeed())
		}
		fifth := lab.Create(ctx, l.Platform, lab.NewInvitation(org, bob))
		Eventually(ctx, func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(fifth), fifth)).To(Succeed())
			delivered := meta.FindStatusCondition(fifth.Status.Conditions, v1alpha1.ConditionDelivered)
			g.Expect(delivered).To(HaveValue(HaveField("Reason", v1alpha1.ReasonSendLimit)))
		}).Should(Succeed())
		Consistently(ctx, func() int { return len(sentTo(bob)) }, "2s").Should(Equal(4))
		By("another organization, which may")
		_, _ = invite(ctx, organization(ctx), lab.Person("eve"))
	}, NodeTimeout(time.Minute))

	It("I13: counts also what an organization sent that is deleted: its name can come again", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		_, _ = invite(ctx, org, bob)
		known := &recipients.Store{Client: l.Platform, Namespace: "polyorg-system"}
		count := func() (int32, error) {
			record, err := known.Get(ctx, recipients.Of(org.Name, bob))
			return record.Messages(nil, time.Now()), err
		}
		Expect(count()).To(BeZero())
		Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, org) })).To(Succeed())
		Eventually(ctx, count).WithTimeout(30 * time.Second).Should(BeEquivalentTo(1))
	}, NodeTimeout(time.Minute))

	It("I10: ends at once when the invitation is revoked", func(ctx context.Context) {
		i, m := invite(ctx, organization(ctx), lab.Person("bob"))
		accept, _ := links(m)
		Expect(lab.Change(ctx, l.Platform, i, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })).To(Succeed())
		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusGone))
	}, NodeTimeout(time.Minute))

	It("I11: lets nobody in by anything that is only like it", func(ctx context.Context) {
		i, m := invite(ctx, organization(ctx), lab.Person("bob"))
		accept, _ := links(m)
		token := tokenOf(accept)
		parts := strings.Split(token, ".")
		for sentence, forged := range map[string]string{
			"one character changed":  token[:len(token)-10] + "A" + token[len(token)-9:],
			"no signature":           parts[0] + "." + parts[1] + ".",
			"alg none":               "eyJhbGciOiJub25lIn0." + parts[1] + ".",
			"another one's content":  parts[0] + ".eyJpc3MiOiJwb2x5b3JnLmlvL2ludml0YXRpb24ifQ." + parts[2],
			"nothing":                "",
			"a very long one":        strings.Repeat("A", 4000),
			"a path":                 "../../" + token,
			"the token and a letter": token + "A",
		} {
			if forged == token {
				continue
			}
			Expect(choose(ctx, forged, v1alpha1.DecisionAccept).status).To(Equal(http.StatusNotFound), sentence)
		}
		Expect(responses(ctx, i)).To(BeEmpty())
	}, NodeTimeout(time.Minute))

	It("I7: is not answered by a form of another site, whatever Host it names", func(ctx context.Context) {
		i, m := invite(ctx, organization(ctx), lab.Person("bob"))
		accept, _ := links(m)
		for sentence, change := range map[string]func(*http.Request){
			"another origin":       func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
			"a cross-site browser": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
			"a sandboxed origin": func(r *http.Request) {
				r.Header.Set("Origin", "null")
				r.Header.Set("Sec-Fetch-Site", "cross-site")
			},
			"a forged Host": func(r *http.Request) {
				r.Host = "evil.example"
				r.Header.Set("Origin", "https://other.example")
				r.Header.Set("X-Forwarded-Host", "other.example")
			},
		} {
			Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept, change).status).To(Equal(http.StatusForbidden), sentence)
		}
		Expect(responses(ctx, i)).To(BeEmpty())
		By("whatever host is named, the page names only its own paths")
		asked := open(ctx, accept, func(r *http.Request) {
			r.Host = "evil.example"
			r.Header.Set("X-Forwarded-Host", "evil.example")
		})
		Expect(asked.body).NotTo(ContainSubstring("evil.example"))
	}, NodeTimeout(time.Minute))

	It("I7: is the proof for kubectl too, whoever is signed in, and stays in no object", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		i, m := invite(ctx, org, bob)
		accept, _ := links(m)
		token := tokenOf(accept)
		file := filepath.Join(GinkgoT().TempDir(), "answer.json")
		text, err := json.Marshal(map[string]any{
			"apiVersion": "polyorg.io/v1alpha1", "kind": "InvitationResponse",
			"metadata": map[string]any{"generateName": "mine-"},
			"spec":     map[string]any{"token": token, "decision": "Accept"},
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(file, text, 0o600)).To(Succeed())
		said, err := l.Kubectl(ctx, "create", "--save-config", "-f", file, "--as", lab.Person("carol"), "--as-group", people, "--as-group", "system:authenticated")
		Expect(err).NotTo(HaveOccurred(), said)
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
		Expect(memberships(ctx, org, bob)).To(HaveLen(1))

		stored := responses(ctx, i)
		Expect(stored).To(HaveLen(1))
		whole, err := l.Kubectl(ctx, "get", "invr", stored[0].Name, "-o", "json", "--show-managed-fields")
		Expect(err).NotTo(HaveOccurred())
		Expect(whole).NotTo(ContainSubstring(token))
		Expect(whole).NotTo(ContainSubstring(strings.Split(token, ".")[2]))
		Expect(stored[0].Spec.TokenHash).NotTo(BeEmpty())

		By("a refused one, which no message shows")
		said, err = l.Kubectl(ctx, "create", "-f", file)
		Expect(err).To(HaveOccurred())
		Expect(said).To(ContainSubstring("[I2]"))
		Expect(said).NotTo(ContainSubstring(token))
	}, NodeTimeout(time.Minute))

	It("I11: is of no use together with another invitation", func(ctx context.Context) {
		org := organization(ctx)
		_, m := invite(ctx, org, lab.Person("bob"))
		other, _ := invite(ctx, org, lab.Person("eve"))
		accept, _ := links(m)
		r := lab.NewResponse(other, v1alpha1.DecisionAccept)
		r.Spec.Token = tokenOf(accept)
		Expect(l.Platform.Create(ctx, r)).To(lab.BeRefusedBy("I11"))
	}, NodeTimeout(time.Minute))

	It("I11: is not made from the hash that is stored, nor does a hash prove anything by itself", func(ctx context.Context) {
		org, bob := organization(ctx), lab.Person("bob")
		i, m := invite(ctx, org, bob)
		accept, _ := links(m)
		tried := &v1alpha1.InvitationResponse{ObjectMeta: metav1.ObjectMeta{GenerateName: "tried-"}, Spec: v1alpha1.InvitationResponseSpec{
			Token: tokenOf(accept), Decision: v1alpha1.DecisionAccept,
		}}
		Expect(lab.Insist(ctx, func() error { return l.As(lab.Person("carol"), people).Create(ctx, tried, client.DryRunAll) })).To(Succeed())
		Expect(tried.Spec.TokenHash).NotTo(BeEmpty())
		for sentence, change := range map[string]func(*v1alpha1.InvitationResponse){
			"as it was stamped":  func(*v1alpha1.InvitationResponse) {},
			"of no invitation":   func(r *v1alpha1.InvitationResponse) { r.Spec.Invitation = nil },
			"as a token":         func(r *v1alpha1.InvitationResponse) { r.Spec.Token, r.Spec.TokenHash = r.Spec.TokenHash, "" },
			"with another token": func(r *v1alpha1.InvitationResponse) { r.Spec.Token = tokenOf(accept) + "A" },
			"one that is none":   func(r *v1alpha1.InvitationResponse) { r.Spec.TokenHash = "2026:AAAA" },
		} {
			r := &v1alpha1.InvitationResponse{ObjectMeta: metav1.ObjectMeta{GenerateName: "replayed-"}, Spec: *tried.Spec.DeepCopy()}
			change(r)
			err := lab.Insist(ctx, func() error { return l.As(lab.Person("eve"), people).Create(ctx, r) })
			Expect(err).To(Or(lab.BeRefusedBy("I7"), lab.BeRefusedBy("I11")), sentence)
		}
		Expect(responses(ctx, i)).To(BeEmpty())
		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
	}, NodeTimeout(time.Minute))

	It("I11: stays in no object and no refusal of kubectl apply", func(ctx context.Context) {
		for _, serverSide := range []string{"--server-side=false", "--server-side=true"} {
			i, m := invite(ctx, organization(ctx), lab.Person("bob"))
			accept, _ := links(m)
			token, name := tokenOf(accept), lab.Unique("applied")
			secrets := []string{token, strings.Split(token, ".")[2]}
			file := filepath.Join(GinkgoT().TempDir(), "answer.json")
			text, err := json.Marshal(map[string]any{
				"apiVersion": "polyorg.io/v1alpha1", "kind": "InvitationResponse", "metadata": map[string]any{"name": name},
				"spec": map[string]any{"token": token, "decision": "Accept"},
			})
			Expect(err).NotTo(HaveOccurred())
			Expect(os.WriteFile(file, text, 0o600)).To(Succeed())
			said, err := l.Kubectl(ctx, "apply", serverSide, "-f", file)
			Expect(err).To(HaveOccurred(), "apply needs a name, which only the API server gives (U3)")
			Expect(said).To(ContainSubstring("[U3]"))
			Expect(responses(ctx, i)).To(BeEmpty())
			whole, err := l.Kubectl(ctx, "get", "invr", "-o", "json", "--show-managed-fields")
			Expect(err).NotTo(HaveOccurred())
			for _, secret := range secrets {
				Expect(strings.Contains(whole, secret)).To(BeFalse(), "an object has the token")
				Expect(strings.Contains(said, secret)).To(BeFalse(), "the refusal has the token")
			}
		}
	}, NodeTimeout(time.Minute))

	It("I7: changes nothing, and leads to no other host, whatever its path is made into", func(ctx context.Context) {
		i, m := invite(ctx, organization(ctx), lab.Person("bob"))
		accept, _ := links(m)
		base, token := l.Operator.PageURL(), tokenOf(accept)
		for _, path := range []string{
			"//evil.example/" + token, "/" + token + "/../answer", "/" + token + "%2f..%2fanswer", "/%2e%2e/" + token, "//" + token,
			"/%5cevil.example/" + token, "/" + token + "//evil.example", "/" + token + strings.Repeat("/x", 3000), "/answer?decision=Accept&token=" + token,
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
				got := send(ctx, method, base+path, "decision=Accept")
				Expect(got.status).To(BeNumerically("<", 500), path)
				Expect(got.header.Get("Location")).To(Or(BeEmpty(), MatchRegexp("^/[^/\\\\]")), path)
			}
		}
		Expect(responses(ctx, i)).To(BeEmpty())
		Expect(stateOf(ctx, i)()).To(Equal(v1alpha1.InvitationPending))
	}, NodeTimeout(time.Minute))

	It("L1, I8: says which limit is reached, and leaves the invitation open", func(ctx context.Context) {
		bob := lab.Person("bob")
		one, first := invite(ctx, organization(ctx), bob)
		accept, _ := links(first)
		Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
		Eventually(ctx, stateOf(ctx, one)).Should(Equal(v1alpha1.InvitationAccepted))
		platformPolicy(ctx, func(p *v1alpha1.PlatformPolicySpec) {
			p.Limits = &v1alpha1.LimitsPolicy{OrganizationsPerUser: new(int32(1)), CreatedOrganizationsPerUser: new(int32(1)), InvitedCRMPlusPerUser: new(int32(1))}
		})
		i := lab.Create(ctx, l.Platform, lab.NewInvitation(organization(ctx), bob))
		second, decline := links(message(ctx, bob, 2))
		Expect(open(ctx, second).status).To(Equal(http.StatusOK))
		refused := choose(ctx, tokenOf(second), v1alpha1.DecisionAccept)
		Expect(refused.status).To(Equal(http.StatusConflict), refused.body)
		Expect(refused.heading()).To(Equal("You cannot join Zylker now"))
		Expect(refused.body).To(ContainSubstring("You belong to as many organizations as one person can. Leave one of them"))
		Expect(stateOf(ctx, i)()).To(Equal(v1alpha1.InvitationPending))
		Expect(choose(ctx, tokenOf(decline), v1alpha1.DecisionDecline).status).To(Equal(http.StatusOK))
	}, NodeTimeout(time.Minute))

	It("I8: says that a suspended organization takes nobody in, and not why", func(ctx context.Context) {
		org := organization(ctx, func(o *v1alpha1.Organization) { o.Spec.Subscription = nil })
		i, m := invite(ctx, org, lab.Person("bob"))
		accept, _ := links(m)
		Expect(lab.Change(ctx, l.Platform, org, func(o *v1alpha1.Organization) {
			o.Spec.TrialEndsAt = &metav1.Time{Time: time.Now().Add(-time.Minute)}
		})).To(Succeed())
		var refused page
		Eventually(ctx, func() int {
			refused = choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept)
			return refused.status
		}).WithPolling(time.Second).Should(Equal(http.StatusConflict))
		Expect(refused.heading()).To(Equal("Zylker takes no new members now"))
		Expect(refused.body).NotTo(Or(ContainSubstring("trial"), ContainSubstring("suspended")))
		Expect(stateOf(ctx, i)()).To(Equal(v1alpha1.InvitationPending))
	}, NodeTimeout(time.Minute))
})

var _ = Describe("A mail server", func() {
	It("I12: that refuses an address for good is quoted, and the list still answers", func(ctx context.Context) {
		org, bob := organization(ctx), "refused-"+lab.Person("bob")
		at(mailtest.Recipient, mailtest.For(mailtest.Refuse(550, "5.1.1", "no such user <"+bob+">"), bob))
		i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, bob))
		Eventually(ctx, func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(i), i)).To(Succeed())
			delivered := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered)
			g.Expect(delivered).To(HaveValue(HaveField("Reason", v1alpha1.ReasonUndelivered)))
			g.Expect(delivered.Message).To(And(ContainSubstring("550"), ContainSubstring("5.1.1"), ContainSubstring("no such user")))
		}).Should(Succeed())
		Expect(l.As(bob, people).Create(ctx, lab.NewResponse(i, v1alpha1.DecisionAccept))).To(Succeed())
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
	}, NodeTimeout(time.Minute))
})
