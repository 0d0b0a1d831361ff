// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"errors"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/internal/config"
)

// holding is a client of an API server that has these objects.
func holding(t *testing.T, objects ...client.Object) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), rbacv1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
}

// TestReleaseRemovesItsOwn: the cache is behind, and a later organization has the name of the one that is released.
func TestReleaseRemovesItsOwn(t *testing.T) {
	ending := zylker.DeepCopy()
	ending.DeletionTimestamp = &metav1.Time{}
	by := func(owner types.UID) []metav1.OwnerReference {
		return []metav1.OwnerReference{{UID: owner, Controller: ptr.To(true)}}
	}
	for sentence, tc := range map[string]struct {
		owners []metav1.OwnerReference
		stays  bool
	}{
		"its access goes": {by(zylker.UID), false},
		"an orphan that garbage collection left goes as well": {nil, false},
		"that of a later one does not":                        {by("2"), true},
	} {
		t.Run(sentence, func(t *testing.T) {
			own := metav1.ObjectMeta{Name: ownRole(zylker), UID: "role", OwnerReferences: tc.owners}
			bound := own
			bound.Name, bound.Labels = nameOf(ownRole(zylker), 3), child.Labels(zylker)
			others := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "theirs", Labels: child.Labels(zylker)}}
			access := []client.Object{
				&rbacv1.ClusterRole{ObjectMeta: own}, &rbacv1.ClusterRoleBinding{ObjectMeta: bound, RoleRef: rbacv1.RoleRef{Name: ownRole(zylker)}},
			}
			c := holding(t, append(access, others)...)
			if err := (&Reconciler{Client: c, Live: c}).release(t.Context(), ending); err != nil {
				t.Fatal(err)
			}
			if err := c.Get(t.Context(), client.ObjectKeyFromObject(others), others); err != nil {
				t.Errorf("somebody else's binding: %v", err)
			}
			for _, a := range access {
				err := c.Get(t.Context(), client.ObjectKeyFromObject(a), a)
				if client.IgnoreNotFound(err) != nil || apierrors.IsNotFound(err) == tc.stays {
					t.Errorf("%T: %v", a, err)
				}
			}
		})
	}
}

// TestWithdrawAccess: with --cascade=orphan the bindings have no owner by the time that the operator looks.
func TestWithdrawAccess(t *testing.T) {
	ending := zylker.DeepCopy()
	ending.DeletionTimestamp = &metav1.Time{}
	orphan := &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{
		Name: nameOf(memberRole, 0), Namespace: namespaceOf(ending), Labels: child.Labels(ending),
	}}
	c := holding(t, orphan)
	if err := (&Reconciler{Client: c, Live: c, Config: &config.OperatorConfig{}}).withdrawAccess(t.Context(), ending); err != nil {
		t.Fatal(err)
	}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(orphan), orphan); !apierrors.IsNotFound(err) {
		t.Errorf("somebody still has access: %v", err)
	}
}
