// SPDX-License-Identifier: Apache-2.0

package tally

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

const john, mary = "john@zylker.com", "mary@zylker.com"

func inside(organization, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + organization, Name: name, UID: types.UID(organization + "/" + name)}
}

func organization(name, superAdmin string) *v1alpha1.Organization {
	return &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name)}, Spec: v1alpha1.OrganizationSpec{SuperAdmin: superAdmin}}
}

func membership(of, user string) *v1alpha1.Membership {
	return &v1alpha1.Membership{ObjectMeta: inside(of, user), Spec: v1alpha1.MembershipSpec{User: user, Role: v1alpha1.RoleStandard}}
}

func binding(of, account string) *v1alpha1.IntegrationBinding {
	return &v1alpha1.IntegrationBinding{ObjectMeta: inside(of, account), Spec: v1alpha1.IntegrationBindingSpec{Application: "Own", Account: account}}
}

func policy(spec v1alpha1.PlatformPolicySpec) *v1alpha1.PlatformPolicy {
	return &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName, UID: "proposed", ResourceVersion: "1"}, Spec: spec}
}

func row(organizations int32) v1alpha1.IntegrationRow {
	return v1alpha1.IntegrationRow{Application: "Own", OrganizationsPerAccount: organizations, InitiatedFrom: []v1alpha1.InitiatedFrom{v1alpha1.InitiatedFromCRM}}
}

func TestOfReview(t *testing.T) {
	review := v1alpha1.SelfReviewStatus{User: john, Organizations: []v1alpha1.ReviewedOrganization{
		{UserOrganization: v1alpha1.UserOrganization{Name: "own", Role: v1alpha1.RoleSuperAdmin, Origin: v1alpha1.OriginCreated, Edition: v1alpha1.EditionCRMPlus, UserType: v1alpha1.UserTypeInternal}},
		{UserOrganization: v1alpha1.UserOrganization{Name: "joined", Role: v1alpha1.RoleStandard, Origin: v1alpha1.OriginInvited, Edition: v1alpha1.EditionCRMPlus, UserType: v1alpha1.UserTypeInternal}},
		{UserOrganization: v1alpha1.UserOrganization{Name: "guest", Role: v1alpha1.RoleStandard, Origin: v1alpha1.OriginInvited, Edition: v1alpha1.EditionZohoOne, UserType: v1alpha1.UserTypeExternal}},
	}}
	review.Organizations = append(review.Organizations, v1alpha1.ReviewedOrganization{Reason: v1alpha1.MembershipOrganizationTerminating,
		UserOrganization: v1alpha1.UserOrganization{Name: "ending", Role: v1alpha1.RoleSuperAdmin, Origin: v1alpha1.OriginCreated}})
	review.Usage.Organizations = v1alpha1.Usage{Used: 3, Limit: 10}
	got := map[string][]string{}
	for _, l := range OfReview(review) {
		got[l.Rule] = l.Organizations
	}
	want := map[string][]string{"L1": {"guest", "joined", "own"}, "L2": {"own"}, "L3": {"own"}, "L4": {"joined"}, "L5": nil, "L7": nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnder(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	inForce := policy(v1alpha1.PlatformPolicySpec{Integrations: []v1alpha1.IntegrationRow{row(0)}})
	inForce.UID = "in-force"
	present := []client.Object{
		organization("one", john), organization("two", john), organization("three", mary),
		membership("one", john), membership("two", john), membership("three", mary), membership("three", john),
		binding("one", "portal"), binding("two", "portal"),
		inForce,
	}
	for _, o := range present {
		o.SetResourceVersion("")
	}
	for sentence, tc := range map[string]struct {
		spec v1alpha1.PlatformPolicySpec
		want Forecast
	}{
		"L9: nobody, where nothing is lowered": {v1alpha1.PlatformPolicySpec{Integrations: []v1alpha1.IntegrationRow{row(0)}}, Forecast{}},
		"L2: the super admin of too many": {
			v1alpha1.PlatformPolicySpec{Limits: &v1alpha1.LimitsPolicy{CreatedOrganizationsPerUser: ptr.To[int32](1)}, Integrations: []v1alpha1.IntegrationRow{row(0)}},
			Forecast{People: []Person{{john, Over{"L2", "created, or super admin of", 2, 5, 1}}}}},
		"E5: a trial with too many seats": {
			v1alpha1.PlatformPolicySpec{Trial: &v1alpha1.TrialPolicy{Licenses: ptr.To[int32](1)}, Integrations: []v1alpha1.IntegrationRow{row(0)}},
			Forecast{Organizations: []Organization{{"three", Over{"E5", "seats", 2, 3, 1}}}}},
		"G1: organizations that share an account": {v1alpha1.PlatformPolicySpec{Integrations: []v1alpha1.IntegrationRow{row(1)}},
			Forecast{Organizations: []Organization{{"one", Over{"G1", "Own portal", 2, 0, 1}}, {"two", Over{"G1", "Own portal", 2, 0, 1}}}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			cluster, err := Read(t.Context(), fake.NewClientBuilder().WithScheme(scheme).WithObjects(present...).Build())
			if err != nil {
				t.Fatal(err)
			}
			got, err := cluster.Under(policy(tc.spec))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
