// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestKeepSuperAdmin(t *testing.T) {
	headed := func(by string, change ...func(*v1alpha1.Organization)) *v1alpha1.Organization {
		org := &v1alpha1.Organization{
			ObjectMeta: metav1.ObjectMeta{Name: "zylker", UID: "1"}, Spec: v1alpha1.OrganizationSpec{DisplayName: "Zylker", SuperAdmin: by},
		}
		for _, c := range change {
			c(org)
		}
		return org
	}
	anew := func(org *v1alpha1.Organization) { org.UID = "2" }
	for sentence, tc := range map[string]struct {
		cached, live *v1alpha1.Organization
		want         int // memberships made
	}{
		"the super admin becomes a member":                                 {headed("ann"), headed("ann"), 1},
		"one who has handed the role on, unseen by the cache, does not":    {headed("ann"), headed("bob"), 0},
		"nor that of an organization that is gone":                         {headed("ann"), nil, 0},
		"nor that of one which is gone, and there is another of that name": {headed("ann"), headed("ann", anew), 0},
	} {
		t.Run(sentence, func(t *testing.T) {
			scheme := runtime.NewScheme()
			if err := v1alpha1.AddToScheme(scheme); err != nil {
				t.Fatal(err)
			}
			live := fake.NewClientBuilder().WithScheme(scheme)
			if tc.live != nil {
				live = live.WithObjects(tc.live)
			}
			r := &Reconciler{Client: fake.NewClientBuilder().WithScheme(scheme).Build(), Live: live.Build()}
			if err := r.keepSuperAdmin(t.Context(), &observed{org: tc.cached}); err != nil {
				t.Fatal(err)
			}
			var made v1alpha1.MembershipList
			if err := r.Client.List(t.Context(), &made); err != nil {
				t.Fatal(err)
			}
			if len(made.Items) != tc.want {
				t.Errorf("made %d memberships, want %d", len(made.Items), tc.want)
			}
		})
	}
}
