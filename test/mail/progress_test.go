// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// progressOf reads how far an organization's invitations are.
func progressOf(ctx context.Context, org *v1alpha1.Organization) func() v1alpha1.InvitationsStatus {
	return func() v1alpha1.InvitationsStatus {
		GinkgoHelper()
		Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
		if org.Status.Invitations == nil {
			return v1alpha1.InvitationsStatus{}
		}
		return *org.Status.Invitations
	}
}

// crowd is a file with so many invitations to an organization, and their addresses.
func crowd(org *v1alpha1.Organization, count int) (file string, addresses []string) {
	GinkgoHelper()
	list := metav1.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "List"}}
	for n := range count {
		i := lab.NewInvitation(org, lab.Person(fmt.Sprintf("crowd%d", n)))
		addresses = append(addresses, i.Spec.Email)
		text, err := json.Marshal(map[string]any{
			"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Invitation", "metadata": map[string]string{"namespace": i.Namespace, "name": i.Name},
			"spec": map[string]any{"email": i.Spec.Email, "role": i.Spec.Role},
		})
		Expect(err).NotTo(HaveOccurred())
		list.Items = append(list.Items, runtime.RawExtension{Raw: text})
	}
	text, err := json.Marshal(list)
	Expect(err).NotTo(HaveOccurred())
	file = filepath.Join(GinkgoT().TempDir(), "crowd.json")
	Expect(os.WriteFile(file, text, 0o600)).To(Succeed())
	return file, addresses
}

var _ = Describe("Many invitations in one apply", func() {
	It("I13: leave at the configured rate, and the organization says how far they are", func(ctx context.Context) {
		leaveAtTheRate(ctx, 20, 60)
	}, NodeTimeout(2*time.Minute))
})

// leaveAtTheRate applies so many invitations at once, with a rate of so many messages in a minute.
func leaveAtTheRate(ctx context.Context, many, perMinute int) {
	GinkgoHelper()
	policy(ctx, func(p *v1alpha1.InvitationPolicy) {
		p.MessagesPerMinute, p.MessagesPerMinuteToDomain = new(int32(perMinute)), new(int32(10*perMinute))
	})
	org := organization(ctx, func(o *v1alpha1.Organization) { o.Spec.Subscription.Licenses = int32(2 * many) })
	file, addresses := crowd(org, many)
	said, err := l.Kubectl(ctx, "apply", "-f", file)
	Expect(err).NotTo(HaveOccurred(), said)

	Eventually(ctx, progressOf(ctx, org)).Should(And(HaveField("Pending", BeEquivalentTo(many)), HaveField("Waiting", BeNumerically(">", 0))))
	Eventually(ctx, func() (queued int) {
		var all v1alpha1.InvitationList
		Expect(l.Platform.List(ctx, &all, client.InNamespace(lab.NamespaceOf(org)))).To(Succeed())
		for n := range all.Items {
			if c := lab.Condition(&all.Items[n], v1alpha1.ConditionDelivered); c != nil && c.Reason == v1alpha1.ReasonQueued {
				queued++
			}
		}
		return queued
	}).Should(BeNumerically(">", 0), "I13: none says that it waits for its turn")

	Eventually(ctx, progressOf(ctx, org)).WithTimeout(5 * time.Minute).Should(Equal(v1alpha1.InvitationsStatus{Pending: int32(many), Sent: int32(many)}))
	var first, last time.Time
	for _, to := range addresses {
		got := sentTo(to)
		Expect(got).To(HaveLen(1), to)
		if at := got[0].At; first.IsZero() || at.Before(first) {
			first = at
		}
		if at := got[0].At; at.After(last) {
			last = at
		}
	}
	atOnce := perMinute / 6 // the messages of ten seconds
	Expect(last.Sub(first)).To(BeNumerically(">=", time.Minute*time.Duration(many-atOnce)/time.Duration(perMinute)-2*time.Second), "I13: they left faster than the rate")
	said, err = l.Kubectl(ctx, "apply", "-f", file)
	Expect(err).NotTo(HaveOccurred(), said)
	Expect(said).NotTo(Or(ContainSubstring("created"), ContainSubstring("configured")))
}
