// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

func organization(name, superAdmin string) *v1alpha1.Organization {
	org := lab.NewOrganization(superAdmin, 0)
	org.Name, org.Spec.DisplayName = name, "Organization "+name
	return org
}

func membership(organization, email string) *v1alpha1.Membership {
	return &v1alpha1.Membership{
		ObjectMeta: lab.Inside(organization, identity.ObjectName(email)),
		Spec:       v1alpha1.MembershipSpec{User: email, Role: v1alpha1.RoleStandard},
	}
}

func invitation(organization, email string) *v1alpha1.Invitation {
	return &v1alpha1.Invitation{
		ObjectMeta: lab.Inside(organization, identity.ObjectName(email)),
		Spec:       v1alpha1.InvitationSpec{Email: email, Role: v1alpha1.RoleAdministrator},
	}
}

// answer is the invitee's response as admission stamps it.
func answer(i *v1alpha1.Invitation, decision v1alpha1.Decision) *v1alpha1.InvitationResponse {
	return &v1alpha1.InvitationResponse{
		ObjectMeta: metav1.ObjectMeta{Name: lab.Unique("answer")},
		Spec: v1alpha1.InvitationResponseSpec{
			Invitation: &v1alpha1.InvitationReference{Namespace: i.Namespace, Name: i.Name},
			Decision:   decision, Author: prefix + i.Spec.Email, Invitee: i.Spec.Email, InvitationUID: i.UID,
			Role: i.Spec.Role, UserType: v1alpha1.UserTypeInternal,
		},
	}
}

func create[O client.Object](ctx context.Context, obj O) O {
	GinkgoHelper()
	Expect(kube.Create(ctx, obj)).To(Succeed())
	return obj
}

// read brings an object up to date.
func read[O client.Object](ctx context.Context, obj O) O {
	GinkgoHelper()
	Expect(kube.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
	return obj
}

// change writes an object, and tries again after each conflict.
func change[O client.Object](ctx context.Context, obj O, how func(O)) O {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(kube.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		how(obj)
		g.Expect(kube.Update(ctx, obj)).To(Succeed())
	}).WithContext(ctx).Should(Succeed())
	return obj
}

// touch wakes the controllers of an object. Objects that they were about to end anyway may be gone by then.
func touch(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	Eventually(func() error {
		err := kube.Get(ctx, client.ObjectKeyFromObject(obj), obj)
		if err == nil {
			obj.SetAnnotations(map[string]string{"example.com/touched": lab.Unique("touch")})
			err = kube.Update(ctx, obj)
		}
		return client.IgnoreNotFound(err)
	}).WithContext(ctx).Should(Succeed())
}

// becomes waits until an object's Ready has a reason.
func becomes[O client.Object](ctx context.Context, obj O, reason string) O {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(kube.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		g.Expect(condition(obj, v1alpha1.ConditionReady)).To(HaveField("Reason", reason))
	}).WithContext(ctx).Should(Succeed())
	return obj
}

// eventually waits until an object is as it should be.
func eventually[O client.Object](ctx context.Context, obj O, should func(Gomega, O)) O {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(kube.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		should(g, obj)
	}).WithContext(ctx).Should(Succeed())
	return obj
}

// goes waits until an object is gone.
func goes(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	Eventually(func() bool {
		return apierrors.IsNotFound(kube.Get(ctx, client.ObjectKeyFromObject(obj), obj))
	}).WithContext(ctx).Should(BeTrue())
}

// condition is one of an object's conditions, empty when it has none of the type.
func condition(obj client.Object, kind string) metav1.Condition {
	if c := lab.Condition(obj, kind); c != nil {
		return *c
	}
	return metav1.Condition{}
}

// settled makes an organization and waits until it is in service.
func settled(ctx context.Context, name, superAdmin string) *v1alpha1.Organization {
	GinkgoHelper()
	org := becomes(ctx, create(ctx, organization(name, superAdmin)), v1alpha1.ReasonActive)
	becomes(ctx, membership(name, superAdmin), v1alpha1.ReasonActive)
	return org
}

// at lets the operator's clock stand at an instant until the spec is over.
func at(instant time.Time) {
	clock.SetTime(instant)
	DeferCleanup(func() { clock.SetTime(time.Now()) })
}

// setPolicy gives the platform numbers for one spec.
func setPolicy(ctx context.Context, spec v1alpha1.PlatformPolicySpec) *v1alpha1.PlatformPolicy {
	GinkgoHelper()
	policy := create(ctx, &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName}, Spec: spec})
	DeferCleanup(func(ctx context.Context) { Expect(kube.Delete(ctx, policy)).To(Succeed()); goes(ctx, policy) })
	return becomes(ctx, policy, v1alpha1.ReasonInForce)
}

func key(obj client.Object) types.NamespacedName { return client.ObjectKeyFromObject(obj) }

// eachVersion collects the resource versions of a list's objects.
func eachVersion(list client.ObjectList, versions *[]string) error {
	return meta.EachListItem(list, func(o runtime.Object) error {
		obj, err := meta.Accessor(o)
		if err == nil {
			*versions = append(*versions, obj.GetResourceVersion())
		}
		return err
	})
}
