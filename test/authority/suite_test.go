// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"context"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// openDoor is a group that RBAC lets do everything but `administer`, so that whatever is refused is refused by admission.
const openDoor = "open-door"

var (
	l *lab.Lab
	// shipped has a client for each class with the roles that are shipped; open one for which RBAC opens every door.
	shipped, open = map[string]client.Client{}, map[string]client.Client{}
)

func TestOnACluster(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Authority")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	l = lab.Start(context.WithoutCancel(ctx), lab.Options{})
	bind(ctx, "polyorg-self-service", rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: UsersGroup})
	bind(ctx, "polyorg-platform-admin", rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: "gitops", Name: "applier"})
	Expect(l.Platform.Create(ctx, &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: openDoor},
		Rules: []rbacv1.PolicyRule{{APIGroups: []string{v1alpha1.GroupName}, Resources: []string{"*"},
			Verbs: []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}}},
	})).To(Succeed())
	bind(ctx, openDoor, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: openDoor})
	for _, c := range Classes {
		shipped[c.Short], open[c.Short] = signedIn(c), signedIn(c, openDoor)
	}
	setScene(ctx)
}, NodeTimeout(10*time.Minute))

func bind(ctx context.Context, role string, to rbacv1.Subject) *rbacv1.ClusterRoleBinding {
	GinkgoHelper()
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{GenerateName: role + "-"}, Subjects: []rbacv1.Subject{to},
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
	}
	Expect(l.Platform.Create(ctx, binding)).To(Succeed())
	return binding
}

// signedIn acts as the one who stands for a class; who did not sign in really does not, unless a door is to be opened for them.
func signedIn(c Class, more ...string) client.Client {
	GinkgoHelper()
	groups := slices.Concat(more, c.Groups)
	config := rest.AnonymousClientConfig(l.Control.Config())
	if c.Short != "Anonymous" {
		groups = append(groups, "system:authenticated")
	}
	if c.Short != "Anonymous" || len(more) > 0 {
		config = l.Control.ConfigFor(c.Username, groups...)
	}
	config.QPS = -1
	as, err := client.New(config, client.Options{Scheme: lab.Scheme, Mapper: l.Platform.RESTMapper()})
	Expect(err).NotTo(HaveOccurred())
	return as
}
