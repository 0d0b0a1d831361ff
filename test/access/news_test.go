// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("The news of an organization", func() {
	It("is in the events of its namespace, for its administrators and for nobody else", func(ctx context.Context) {
		john := lab.Person("john")
		org := l.Organization(ctx, john, 10)
		l.Member(ctx, org, lab.Person("bob"), v1alpha1.RoleStandard)
		Expect(lab.Change(ctx, l.As(john), org, func(o *v1alpha1.Organization) { o.Spec.Subscription.Licenses = 25 })).To(Succeed())
		Eventually(func(g Gomega) {
			var news eventsv1.EventList
			g.Expect(l.As(john).List(ctx, &news, client.InNamespace(lab.NamespaceOf(org)))).To(Succeed())
			g.Expect(news.Items).To(ContainElement(And(HaveField("Reason", v1alpha1.ReasonSubscribed),
				HaveField("Regarding", And(HaveField("Kind", "Organization"), HaveField("Name", org.Name))), HaveField("Note", ContainSubstring("25 licences")))))
		}).WithContext(ctx).Should(Succeed())
		var news eventsv1.EventList
		Expect(l.As(lab.Person("eve")).List(ctx, &news, client.InNamespace(lab.NamespaceOf(org)))).To(lab.BeRefusedByRBAC())
		Expect(l.As(john).List(ctx, &news, client.InNamespace("default"))).To(lab.BeRefusedByRBAC())
	}, NodeTimeout(2*time.Minute))
})
