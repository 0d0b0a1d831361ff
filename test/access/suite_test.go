// SPDX-License-Identifier: Apache-2.0

// Package access tests what people can do and cannot, by requests as themselves, on a cluster where the operator runs as it is
// shipped: what it binds, and what is bound to nobody until a platform team binds it.
package access

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/polyorg/polyorg/test/lab"
)

// customers is the group to which the platform team of this cluster binds self-service.
const customers = "zylker:customers"

var l *lab.Lab

func TestAccess(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Access")
}

var _ = BeforeSuite(func(ctx context.Context) {
	EnforceDefaultTimeoutsWhenUsingContexts()
	l = lab.Start(ctx, lab.Options{})
	bind(ctx, "polyorg-self-service", rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: customers})
	letPast(ctx)
}, NodeTimeout(5*time.Minute))

// bind gives somebody a role in the whole cluster, as a platform team does.
func bind(ctx context.Context, role string, to rbacv1.Subject) {
	GinkgoHelper()
	Expect(l.Platform.Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: lab.Unique("test")},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects:   []rbacv1.Subject{to},
	})).To(Succeed())
}
