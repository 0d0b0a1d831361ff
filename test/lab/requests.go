// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
)

// Again reports whether an answer only asks to try again.
func Again(err error) bool {
	return apierrors.IsTooManyRequests(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsConflict(err) ||
		apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err)
}

// Insist tries again while the answer says so. The context bounds it.
func Insist(ctx context.Context, try func() error) error {
	for {
		err := try()
		if !Again(err) {
			return err
		}
		if ctx.Err() != nil {
			return err
		}
	}
}

// Create makes an object, and returns it.
func Create[O client.Object](ctx context.Context, c client.Client, obj O) O {
	GinkgoHelper()
	Expect(Insist(ctx, func() error { return c.Create(ctx, obj) })).To(Succeed())
	return obj
}

// Change reads an object, changes it and writes it, until the answer is final.
func Change[O client.Object](ctx context.Context, c client.Client, obj O, change func(O)) error {
	return Insist(ctx, func() error {
		if err := c.Get(ctx, client.ObjectKeyFromObject(obj), obj); err != nil {
			return err
		}
		change(obj)
		return c.Update(ctx, obj)
	})
}

// Succeeded counts the answers without an error.
func Succeeded(answers []error) int {
	n := 0
	for _, err := range answers {
		if err == nil {
			n++
		}
	}
	return n
}

// BeRefusedBy matches a final refusal by admission that names a rule.
func BeRefusedBy(rule string) gomegatypes.GomegaMatcher {
	final := func(err error) bool { return apierrors.IsForbidden(err) || apierrors.IsInvalid(err) }
	return And(Satisfy(final), MatchError(ContainSubstring("["+rule+"]")))
}

// ContainAny matches a text that has any of the words in it.
func ContainAny(words []string) gomegatypes.GomegaMatcher {
	all := make([]gomegatypes.GomegaMatcher, len(words))
	for i, word := range words {
		all[i] = ContainSubstring(word)
	}
	return Or(all...)
}

// BeRefusedByRBAC matches a refusal by RBAC, as without OpenTheDoor.
func BeRefusedByRBAC() gomegatypes.GomegaMatcher {
	return And(Satisfy(apierrors.IsForbidden), MatchError(MatchRegexp(`User ".*" cannot `)))
}

// Organization makes an organization as the platform, and returns when it is in service and its super admin has access.
func (l *Lab) Organization(ctx context.Context, superAdmin string, licenses int32, change ...func(*v1alpha1.Organization)) *v1alpha1.Organization {
	GinkgoHelper()
	org := NewOrganization(superAdmin, licenses)
	for _, c := range change {
		c(org)
	}
	Create(ctx, l.Platform, org)
	l.EventuallyReady(ctx, org)
	l.EventuallyHasAccess(ctx, org.Spec.SuperAdmin, v1alpha1.RoleSuperAdmin, org)
	return org
}

// Member makes somebody a member as the platform, and returns when they have access.
func (l *Lab) Member(ctx context.Context, org *v1alpha1.Organization, user string, role v1alpha1.Role) *v1alpha1.Membership {
	GinkgoHelper()
	m := NewMembership(org, user, role)
	Create(ctx, l.Platform, m)
	l.EventuallyReady(ctx, m)
	l.EventuallyHasAccess(ctx, user, role, org)
	return m
}

// EventuallyHasAccess returns when RBAC gives somebody the access of their role: to the organization's namespace, and for an administrator
// to the Organization itself. The API server learns of RoleBindings by a watch of its own, so that is a moment after Membership is Ready.
func (l *Lab) EventuallyHasAccess(ctx context.Context, user string, role v1alpha1.Role, org *v1alpha1.Organization) {
	GinkgoHelper()
	c := l.As(l.Config.Identity.UsernamePrefix + user)
	Eventually(func() error {
		err := c.List(ctx, &v1alpha1.MembershipList{}, client.InNamespace(NamespaceOf(org)), client.Limit(1))
		if err != nil || role == v1alpha1.RoleStandard {
			return err
		}
		return c.Get(ctx, client.ObjectKeyFromObject(org), &v1alpha1.Organization{})
	}).WithContext(ctx).Should(Succeed())
}

// EventuallyReady returns when an object of ours is Ready in its present generation.
func (l *Lab) EventuallyReady(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		ready := Condition(obj, v1alpha1.ConditionReady)
		g.Expect(ready).NotTo(BeNil())
		g.Expect(*ready).To(And(HaveField("Status", metav1.ConditionTrue), HaveField("ObservedGeneration", obj.GetGeneration())))
	}).WithContext(ctx).Should(Succeed())
}

// EventuallySays returns when a condition of an object has a reason, and a message that contains a text.
func (l *Lab) EventuallySays(ctx context.Context, obj client.Object, condition, reason, text string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		g.Expect(Condition(obj, condition)).To(HaveValue(And(HaveField("Reason", reason), HaveField("Message", ContainSubstring(text)))))
	}).WithContext(ctx).Should(Succeed())
}

// EventuallyGone returns when an object does not exist any more, or another one has its name.
func (l *Lab) EventuallyGone(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	Eventually(l.Gone(ctx, obj)).WithContext(ctx).Should(Succeed())
}

// Gone expects that an object does not exist any more, or that another one has its name.
func (l *Lab) Gone(ctx context.Context, obj client.Object) func(Gomega) {
	uid := obj.GetUID()
	return func(g Gomega) {
		now := obj.DeepCopyObject().(client.Object)
		if err := l.Platform.Get(ctx, client.ObjectKeyFromObject(obj), now); err != nil {
			g.Expect(err).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
			return
		}
		g.Expect(now.GetUID()).NotTo(Equal(uid))
	}
}

// User reads the User of a person. It is nil if there is none.
func (l *Lab) User(ctx context.Context, email string) *v1alpha1.User {
	GinkgoHelper()
	u := &v1alpha1.User{}
	err := l.Platform.Get(ctx, client.ObjectKey{Name: identity.ObjectName(email)}, u)
	if apierrors.IsNotFound(err) {
		return nil
	}
	Expect(err).NotTo(HaveOccurred())
	return u
}

// Condition is one condition of an object of ours, or nil.
func Condition(obj client.Object, kind string) *metav1.Condition {
	return meta.FindStatusCondition(conditions(obj), kind)
}

func conditions(obj client.Object) []metav1.Condition {
	switch o := obj.(type) {
	case *v1alpha1.Organization:
		return o.Status.Conditions
	case *v1alpha1.Membership:
		return o.Status.Conditions
	case *v1alpha1.Invitation:
		return o.Status.Conditions
	case *v1alpha1.InvitationResponse:
		return o.Status.Conditions
	case *v1alpha1.OrganizationRequest:
		return o.Status.Conditions
	case *v1alpha1.IntegrationBinding:
		return o.Status.Conditions
	case *v1alpha1.HostReservation:
		return o.Status.Conditions
	case *v1alpha1.User:
		return o.Status.Conditions
	case *v1alpha1.PlatformPolicy:
		return o.Status.Conditions
	}
	return nil
}
