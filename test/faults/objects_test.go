// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// as is a client for somebody who signed in with an e-mail address.
func as(email string) client.Client {
	GinkgoHelper()
	c, err := client.New(control.ConfigFor(email, lab.People, "system:authenticated"), client.Options{Scheme: lab.Scheme})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// create makes an organization with its namespace.
func create(ctx context.Context, org *v1alpha1.Organization) *v1alpha1.Organization {
	GinkgoHelper()
	Expect(insist(ctx, func() error { return platform.Create(ctx, org) })).To(Succeed())
	Expect(client.IgnoreAlreadyExists(platform.Create(ctx, lab.NewNamespace(org)))).To(Succeed())
	return org
}

func metaOf(namespace string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: lab.Unique("x")}
}

func membership(org *v1alpha1.Organization, user string) *v1alpha1.Membership {
	return lab.NewMembership(org, user, v1alpha1.RoleStandard)
}

// membersOf are the memberships of an organization, without its super admin's.
func membersOf(ctx context.Context, org *v1alpha1.Organization) []v1alpha1.Membership {
	GinkgoHelper()
	var all v1alpha1.MembershipList
	Expect(platform.List(ctx, &all, client.InNamespace(lab.NamespaceOf(org)))).To(Succeed())
	return slices.DeleteFunc(all.Items, func(m v1alpha1.Membership) bool { return m.Spec.User == org.Spec.SuperAdmin })
}

// placesOf are the memberships of a user.
func placesOf(ctx context.Context, user string) []v1alpha1.Membership {
	GinkgoHelper()
	var all v1alpha1.MembershipList
	Expect(platform.List(ctx, &all, client.MatchingFields{"spec.user": user})).To(Succeed())
	return all.Items
}

// once creates an object as a client does that does not try again by itself.
func once(ctx context.Context, config *rest.Config, plural string, obj client.Object) error {
	GinkgoHelper()
	return lab.Once(ctx, config, plural, obj)
}

// again reports whether an answer asks for another try, or whether there was no answer.
func again(err error) bool {
	return apierrors.IsTooManyRequests(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsInternalError(err) ||
		apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err) || apierrors.IsConflict(err)
}

// insist tries again while the answer says so. If the object exists already, an earlier try created it.
func insist(ctx context.Context, try func() error) error {
	for tries := 0; ; tries++ {
		err := try()
		switch {
		case err == nil, tries > 0 && apierrors.IsAlreadyExists(err):
			return nil
		case !again(err):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

// during does something over and over until the test's own part is done. It returns when both are done.
func during(ctx context.Context, over func(context.Context), do func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		defer GinkgoRecover()
		for ctx.Err() == nil {
			over(ctx)
		}
	})
	defer running.Wait()
	defer cancel()
	do()
}
