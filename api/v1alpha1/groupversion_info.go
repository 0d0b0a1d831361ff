// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupName is the API group of all kinds in this package.
const GroupName = "polyorg.io"

var (
	// GroupVersion is the group and version of all kinds in this package.
	GroupVersion = schema.GroupVersion{Group: GroupName, Version: "v1alpha1"}

	// SchemeBuilder collects what registers the kinds of this package.
	SchemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

	// AddToScheme registers the kinds of this package in a scheme.
	AddToScheme = SchemeBuilder.AddToScheme
)

// Resource qualifies a plural resource name with this API group.
func Resource(resource string) schema.GroupResource {
	return GroupVersion.WithResource(resource).GroupResource()
}

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&Organization{}, &OrganizationList{},
		&Membership{}, &MembershipList{},
		&Invitation{}, &InvitationList{},
		&InvitationResponse{}, &InvitationResponseList{},
		&IntegrationBinding{}, &IntegrationBindingList{},
		&HostReservation{}, &HostReservationList{},
		&User{}, &UserList{},
		&PlatformPolicy{}, &PlatformPolicyList{},
		&SelfReview{}, &SelfReviewList{},
		&OrganizationRequest{}, &OrganizationRequestList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
