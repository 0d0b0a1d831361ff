// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// After each spec, no object of any kind has both Reconciling and Stalled True.
var _ = AfterEach(func(ctx context.Context) {
	for _, list := range []client.ObjectList{
		&v1alpha1.OrganizationList{}, &v1alpha1.MembershipList{}, &v1alpha1.InvitationList{}, &v1alpha1.InvitationResponseList{},
		&v1alpha1.IntegrationBindingList{}, &v1alpha1.HostReservationList{}, &v1alpha1.UserList{}, &v1alpha1.PlatformPolicyList{},
	} {
		Expect(kube.List(ctx, list)).To(Succeed())
		Expect(meta.EachListItem(list, func(o runtime.Object) error {
			obj := o.(client.Object)
			Expect([]metav1.ConditionStatus{
				condition(obj, v1alpha1.ConditionReconciling).Status, condition(obj, v1alpha1.ConditionStalled).Status,
			}).NotTo(HaveEach(metav1.ConditionTrue), "%T %s", obj, obj.GetName())
			return nil
		})).To(Succeed())
	}
})
