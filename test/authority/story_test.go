// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// story is acts of the table as real requests, one after another, each by the actor with the fewest rights that allow it.
var story = []struct{ kind, act, class string }{
	{"Organization", "create one, as its super admin", "Administrator"},
	{"Organization", "change its display name", "Administrator"},
	{"Organization", "change its access URL", "Super admin"},
	{"Organization", "set the end of its trial", "Platform"},
	{"Organization", "set the end of its subscription", "Platform"},
	{"Organization", "resume one that the platform suspends", "Platform"},
	{"Membership", "create one", "Platform"},
	{"Membership", "make a Standard member an Administrator", "Administrator"},
	{"Membership", "take a suspended member back", "Administrator"},
	{"Membership", "label one", "Administrator"},
	{"Membership", "leave", "Standard"},
	{"Membership", "take away the finalizer of a deletion in the foreground", "Garbage"},
	{"Membership", "take somebody's finalizer away", "Platform"},
	{"Membership", "delete one in an organization that is being deleted", "Namespaces"},
	{"Invitation", "ask for its e-mail to be sent again", "Administrator"},
	{"Invitation", "revoke a pending one", "Administrator"},
	{"Invitation", "delete one", "Administrator"},
	{"InvitationResponse", "accept an invitation to oneself", "Stranger"},
	{"InvitationResponse", "delete an answer", "Operator"},
	{"IntegrationBinding", "bind an account", "Administrator"},
	{"IntegrationBinding", "change its credentials", "Administrator"},
	{"IntegrationBinding", "delete several at once", "Administrator"},
	{"User", "choose somebody's default for them", "Platform"},
	{"HostReservation", "free a host", "Platform"},
	{"PlatformPolicy", "create it", "Platform"},
	{"PlatformPolicy", "delete it", "Platform"},
	{"Organization", "transfer the super-admin role to an Administrator", "Super admin"},
	{"Organization", "delete it", "Administrator"},
}

// find finds an act of the story in the table.
func find(kind, act, class string) question {
	GinkgoHelper()
	for _, q := range append(questions(false), questions(true)...) {
		if q.kind == kind && q.act.Text == act && q.class.Short == class {
			return q
		}
	}
	Fail("there is no act " + kind + ": " + act)
	return question{}
}

// happened expects the world to be as a request made it.
func happened(ctx context.Context, g Gomega, q question, r *Request) {
	o := r.Subject().DeepCopyObject().(client.Object)
	err := l.Platform.Get(ctx, client.ObjectKeyFromObject(o), o)
	switch {
	case r.Verb == Create:
		g.Expect(err).NotTo(HaveOccurred(), "%s", q)
	case r.Verb == Delete || r.Verb == DeleteCollection:
		g.Expect(apierrors.IsNotFound(err) || o.GetDeletionTimestamp() != nil).To(BeTrue(), "%s", q)
	case !apierrors.IsNotFound(err): // an object without its last finalizer may be gone
		patch, err := client.MergeFrom(r.Before).Data(r.After)
		g.Expect(err).NotTo(HaveOccurred())
		again := o.DeepCopyObject().(client.Object)
		g.Expect(l.Platform.Patch(ctx, again, client.RawPatch(types.MergePatchType, patch))).To(Succeed())
		g.Expect(again.GetGeneration()).To(Equal(o.GetGeneration()), "%s: done again, nothing is left to do", q)
	}
}

// tell performs the acts of the story.
func tell(ctx context.Context) {
	GinkgoHelper()
	for _, s := range story {
		q := find(s.kind, s.act, s.class)
		Expect(q.cell).To(Equal(Cell{Applies: true, Door: true}), "%s", q)
		r := q.act.By(q.class)
		Expect(answered(ctx, shipped[s.class], q.kind, r, false)).To(Equal("yes"), "%s", q)
		Eventually(func(g Gomega) { happened(ctx, g, q, r) }).WithContext(ctx).Should(Succeed())
	}
	Eventually(func(g Gomega) {
		joined := &v1alpha1.MembershipList{}
		g.Expect(l.Platform.List(ctx, joined, client.InNamespace(v1alpha1.NamespacePrefix+elsewhere))).To(Succeed())
		g.Expect(joined.Items).To(ContainElement(HaveField("Spec.User", email("stranger"))))
	}).WithContext(ctx).Should(Succeed())
}
