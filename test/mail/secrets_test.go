// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("What the operator knows", func() {
	It("I11, I12: is in no object, event, metric, trace or log, where it is a token, a key or a message", func(ctx context.Context) {
		const said = "bring-the-plan-of-the-house"
		org, bob := organization(ctx), lab.Person("bob")
		i := lab.NewInvitation(org, bob)
		i.Spec.Message = "Hello Bob, " + said
		lab.Create(ctx, l.Platform, i)
		m := message(ctx, bob, 1)
		Expect(m.Text).To(ContainSubstring(said))
		accept, _ := links(m)
		token, before := tokenOf(accept), len(traces.String())
		Expect(open(ctx, accept).status).To(Equal(200))
		Expect(choose(ctx, token, v1alpha1.DecisionAccept).status).To(Equal(200))
		Expect(choose(ctx, token, v1alpha1.DecisionAccept).status).To(Equal(409))
		Expect(choose(ctx, token+"A", v1alpha1.DecisionAccept).status).To(Equal(404))
		Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
		keys, err := l.Kubectl(ctx, "get", "secret", "polyorg-invitation-keys", "-n", "polyorg-system", "-o", `jsonpath={.data.*}`)
		Expect(err).NotTo(HaveOccurred())
		Expect(keys).NotTo(BeEmpty())

		secrets := map[string]string{"the token": token, "its signature": strings.Split(token, ".")[2], "the key": keys, "the password": "correct horse"}
		Eventually(ctx, func() string { return traces.String()[before:] }).WithTimeout(20 * time.Second).Should(ContainSubstring("journal.judge"))
		everywhere := places(ctx)
		for place, text := range everywhere {
			for name, secret := range secrets {
				Expect(strings.Contains(text, secret)).To(BeFalse(), "%s is in %s", name, place)
			}
		}
		for place, text := range everywhere {
			if place != invitations {
				Expect(strings.Contains(text, said)).To(BeFalse(), "the message is in %s", place)
			}
		}
		Expect(everywhere[invitations]).To(ContainSubstring(said), "the search finds nothing")
	}, NodeTimeout(time.Minute))
})

// invitations is the place where the message of an invitation is: in its spec.
const invitations = "invitations.polyorg.io"

// places are all texts that somebody reads: objects with their managed fields, events, metrics, traces and logs.
func places(ctx context.Context) map[string]string {
	GinkgoHelper()
	texts := map[string]string{}
	kinds, err := l.Kubectl(ctx, "api-resources", "--api-group", "polyorg.io", "--verbs", "list", "-o", "name")
	Expect(err).NotTo(HaveOccurred())
	for _, kind := range append(strings.Fields(kinds), "configmaps", "events.events.k8s.io", "leases.coordination.k8s.io", "ingresses", "rolebindings") {
		texts[kind], err = l.Kubectl(ctx, "get", kind, "-A", "-o", "json", "--show-managed-fields")
		Expect(err).NotTo(HaveOccurred(), kind)
	}
	Expect(texts).To(HaveKey(invitations))
	for n := range l.Operator.Replicas() {
		metrics, err := l.Operator.Metrics(ctx, n)
		Expect(err).NotTo(HaveOccurred())
		texts[fmt.Sprintf("the metrics of replica %d", n)] = fmt.Sprint(metrics)
	}
	texts["the traces"] = traces.String()
	logs := l.Logs()
	Expect(logs).NotTo(BeEmpty())
	maps.Copy(texts, logs)
	return texts
}
