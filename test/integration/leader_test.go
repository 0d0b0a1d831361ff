// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/tools/events"
	testingclock "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/organizationrequest"
	"github.com/polyorg/polyorg/test/lab"
)

// operatorAccount is the operator's username, to whose writes admission gives the power of a request's author.
const operatorAccount = "system:serviceaccount:polyorg-system:polyorg-operator"

// leader carries out requests in this process. A spec has it look at a request, so the request stays open until then. A new leader
// remembers nothing of the one before.
type leader struct {
	faults interceptor.Funcs
	live   interceptor.Funcs // of what it reads past its cache
	after  time.Duration     // of the last look: until the next one
	clock  *testingclock.FakePassiveClock
}

func newLeader() *leader { return &leader{clock: testingclock.NewFakePassiveClock(time.Now())} }

// looks has the leader look at a request once.
func (l *leader) looks(ctx context.Context, r *v1alpha1.OrganizationRequest) error {
	GinkgoHelper()
	operator := lab.Client(control.ConfigFor(operatorAccount, "system:serviceaccounts", "system:serviceaccounts:"+systemNS, "system:authenticated"))
	c := interceptor.NewClient(operator, l.faults)
	controller := &organizationrequest.Reconciler{Client: c, Own: c, Live: interceptor.NewClient(operator, l.live), Clock: l.clock, Events: &events.FakeRecorder{}}
	result, err := controller.Reconcile(ctx, ctrl.Request{NamespacedName: client.ObjectKeyFromObject(r)})
	l.after = result.RequeueAfter
	return err
}

// errKilled is the end of a leader.
var errKilled = errors.New("killed")

// diesSilently is a leader that is killed when it would say what it did.
func diesSilently() *leader {
	l := newLeader()
	l.faults.SubResourceUpdate = func(_ context.Context, _ client.Client, _ string, obj client.Object, _ ...client.SubResourceUpdateOption) error {
		if r, is := obj.(*v1alpha1.OrganizationRequest); is && r.Status.CompletedAt != nil {
			return errKilled
		}
		return nil // says that it tries again
	}
	return l
}

// diesIdle is a leader that is killed when it would do anything.
func diesIdle() *leader {
	l := newLeader()
	l.faults.Patch = func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
		return errKilled
	}
	l.faults.Delete = func(context.Context, client.WithWatch, client.Object, ...client.DeleteOption) error { return errKilled }
	l.faults.SubResourceUpdate = func(context.Context, client.Client, string, client.Object, ...client.SubResourceUpdateOption) error {
		return errKilled
	}
	return l
}

// dies returns when a leader is killed over a request, which is still open then.
func (l *leader) dies(ctx context.Context, r *v1alpha1.OrganizationRequest) {
	GinkgoHelper()
	Eventually(func() error { return l.looks(ctx, r) }).WithContext(ctx).Should(MatchError(errKilled))
	Expect(platform.Get(ctx, client.ObjectKeyFromObject(r), r)).To(Succeed())
	Expect(r.Status.CompletedAt).To(BeNil())
}

// concludes has the leader look at a request until it says what became of it.
func (l *leader) concludes(ctx context.Context, r *v1alpha1.OrganizationRequest, reason string) string {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(l.looks(ctx, r)).To(Succeed())
		g.Expect(platform.Get(ctx, client.ObjectKeyFromObject(r), r)).To(Succeed())
		g.Expect(r.Status.CompletedAt).NotTo(BeNil())
	}).WithContext(ctx).Should(Succeed())
	ready := lab.Condition(r, v1alpha1.ConditionReady)
	Expect(ready).To(HaveValue(HaveField("Reason", reason)))
	return ready.Message
}

// asks makes a request as a person.
func asks(ctx context.Context, who string, action v1alpha1.RequestAction, organization, patch string) *v1alpha1.OrganizationRequest {
	GinkgoHelper()
	return lab.Create(ctx, as(who), wish(action, organization, patch))
}

// wish is a request as a person writes it.
func wish(action v1alpha1.RequestAction, organization, patch string) *v1alpha1.OrganizationRequest {
	r := &v1alpha1.OrganizationRequest{Spec: v1alpha1.OrganizationRequestSpec{Action: action, Organization: organization, Patch: patch}}
	r.GenerateName = "wish-"
	return r
}

// member makes somebody a member with a place.
func member(ctx context.Context, org *v1alpha1.Organization, user string, role v1alpha1.Role) *v1alpha1.Membership {
	GinkgoHelper()
	m := lab.Create(ctx, platform, lab.NewMembership(org, user, role))
	lab.Grant(ctx, platform, m)
	return m
}

// again makes an object once more, under its name.
func again[T client.Object](ctx context.Context, obj T) T {
	GinkgoHelper()
	former := obj.GetUID()
	Expect(lab.Insist(ctx, func() error { return platform.Delete(ctx, obj) })).To(Succeed())
	obj.SetUID("")
	obj.SetResourceVersion("")
	obj.SetManagedFields(nil)
	lab.Create(ctx, platform, obj)
	Expect(obj.GetUID()).NotTo(Equal(former))
	lab.Grant(ctx, platform, obj)
	return obj
}
