// SPDX-License-Identifier: Apache-2.0

// Package leaks tests U3: nothing that a tenant's people can see names another tenant. Tenants conflict in every possible manner, in
// requests and past admission. Then the tests search every answer, object and event for names.
package leaks

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// selfService is a group that is bound to the role of that name.
const selfService = "self-service"

var cluster *lab.Lab

func TestLeaks(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Leaks")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	cluster = lab.Start(ctx, lab.Options{})
	one := ptr.To[int32](1)
	Expect(cluster.Platform.Create(ctx, &v1alpha1.PlatformPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName},
		Spec: v1alpha1.PlatformPolicySpec{Limits: &v1alpha1.LimitsPolicy{
			OrganizationsPerUser: ptr.To[int32](2), CreatedOrganizationsPerUser: one, CreatedCRMPlusPerUser: one, InvitedCRMPlusPerUser: one,
			InternalZohoOnePerUser: one, PendingInvitationsPerUser: one, PendingInvitationsPerSuperAdmin: one,
		}},
	})).To(Succeed())
	lab.Bind(ctx, cluster.Platform, "polyorg-self-service", lab.Group(selfService))
}, NodeTimeout(5*time.Minute))
