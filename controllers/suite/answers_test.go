// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"net/http"
	"path"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/invitationresponse"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// membershipsOf is the path of the memberships of the organization that invites somebody.
func membershipsOf(i *v1alpha1.Invitation) string {
	return path.Join("/apis", v1alpha1.GroupVersion.String(), "namespaces", i.Namespace, "memberships")
}

var _ = Describe("Answers", func() {
	It("are carried out without a list of all members", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		var lists, reads atomic.Int64
		line.watch(func(req *http.Request) {
			switch {
			case req.Method != http.MethodGet:
			case req.URL.Path == membershipsOf(i):
				lists.Add(1)
			case path.Dir(req.URL.Path) == membershipsOf(i):
				reads.Add(1)
			}
		})
		becomes(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), v1alpha1.ReasonAccepted)
		Expect(lists.Load()).To(BeZero())
		Expect(reads.Load()).To(BeNumerically(">", 0), "the requests were seen")
	})

	It("do not wait for a slow one to another organization", func(ctx context.Context) {
		slow, quick := invited(ctx, lab.Person("bob")), invited(ctx, lab.Person("carol"))
		held, release := line.hold(http.MethodPost, membershipsOf(slow))
		first := create(ctx, answer(slow, v1alpha1.DecisionAccept))
		Eventually(held).WithContext(ctx).Should(BeClosed())
		becomes(ctx, create(ctx, answer(quick, v1alpha1.DecisionAccept)), v1alpha1.ReasonAccepted)
		Expect(read(ctx, first).Status.CompletedAt).To(BeNil())
		release()
		becomes(ctx, first, v1alpha1.ReasonAccepted)
	})

	Describe("of a controller whose cache is late", func() {
		It("find the membership that an earlier attempt made, by its name", func(ctx context.Context) {
			i := invited(ctx, lab.Person("bob"))
			theirs := membership(facts.OrganizationOf(i.Namespace), lab.Person("carol"))
			theirs.Name = identity.ObjectName(i.Spec.Email)
			create(ctx, theirs)
			made := membership(facts.OrganizationOf(i.Namespace), i.Spec.Email)
			made.Name = theirs.Name + "-2"
			becomes(ctx, create(ctx, made), v1alpha1.ReasonActive)

			became := reconciled(ctx, answer(i, v1alpha1.DecisionAccept), interceptor.Funcs{})
			Expect(condition(became, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonAccepted))
			Expect(read(ctx, i).Status.Membership).To(Equal(made.Name))
		})

		It("try again when admission knows of a membership that they do not see (L6)", func(ctx context.Context) {
			i := invited(ctx, lab.Person("bob"))
			became := reconciled(ctx, answer(i, v1alpha1.DecisionAccept), interceptor.Funcs{
				Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
					return secondMembership()
				},
			})
			Expect(became.Status.CompletedAt).To(BeNil())
			Expect(became.Status.Conditions).To(BeEmpty())
			Expect(read(ctx, i).Status.State).To(Equal(v1alpha1.InvitationPending))
		})
	})
})

// secondMembership is the answer of admission.
func secondMembership() error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden,
		Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: "L6"}}},
	}}
}

// reconciled has a controller of its own carry out an answer once. Its cache lists nothing. The answer is not stored, so that the operator
// does not see it.
func reconciled(ctx context.Context, a *v1alpha1.InvitationResponse, faults interceptor.Funcs) *v1alpha1.InvitationResponse {
	GinkgoHelper()
	faults.List = func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error { return nil }
	faults.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
		if shown, ok := obj.(*v1alpha1.InvitationResponse); ok {
			a.DeepCopyInto(shown)
			return nil
		}
		return c.Get(ctx, key, obj, opts...)
	}
	faults.SubResourceUpdate = func(ctx context.Context, c client.Client, sub string, obj client.Object, opts ...client.SubResourceUpdateOption) error {
		if shown, ok := obj.(*v1alpha1.InvitationResponse); ok {
			shown.DeepCopyInto(a)
			return nil
		}
		return c.SubResource(sub).Update(ctx, obj, opts...)
	}
	a.UID = types.UID(a.Name)
	late := interceptor.NewClient(kube, faults)
	r := &invitationresponse.Reconciler{Client: late, Own: late, Live: kube, Clock: clock, Events: mgr.GetEventRecorder("test")}
	result, err := r.Reconcile(ctx, ctrl.Request{NamespacedName: key(a)})
	Expect(err).NotTo(HaveOccurred())
	Expect(result.RequeueAfter).To(BeNumerically(">", 0))
	return a
}
