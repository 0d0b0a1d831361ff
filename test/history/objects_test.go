// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	stdjson "encoding/json"
	"fmt"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

func newOrganization(name, superAdmin string, licenses int32) *v1alpha1.Organization {
	o := lab.NewOrganization(superAdmin, licenses)
	o.Name = name
	return o
}

func newMembership(organization, name, user string) *v1alpha1.Membership {
	return &v1alpha1.Membership{ObjectMeta: lab.Inside(organization, name),
		Spec: v1alpha1.MembershipSpec{User: user, Role: v1alpha1.RoleStandard}}
}

func newInvitation(organization, email string) *v1alpha1.Invitation {
	name, _, _ := strings.Cut(email, "@")
	return &v1alpha1.Invitation{ObjectMeta: lab.Inside(organization, name),
		Spec: v1alpha1.InvitationSpec{Email: email, Role: v1alpha1.RoleStandard}}
}

func newBinding(organization, name, application, account string) *v1alpha1.IntegrationBinding {
	return &v1alpha1.IntegrationBinding{ObjectMeta: lab.Inside(organization, name),
		Spec: v1alpha1.IntegrationBindingSpec{Application: application, Account: account, InitiatedFrom: v1alpha1.InitiatedFromCRM}}
}

// namespaces makes the namespaces of organizations, as a GitOps repository may have them.
func namespaces(ctx context.Context, organizations ...string) {
	GinkgoHelper()
	lab.InParallel(len(organizations), func(i int) {
		ns := lab.NewNamespace(newOrganization(organizations[i], "", 0))
		Expect(insist(ctx, func(ctx context.Context) error { return platform.Create(ctx, ns.DeepCopy()) })).To(Succeed())
	})
}

// dated returns a copy with the revision at which it was asked for.
func dated(o client.Object) client.Object {
	o = o.DeepCopyObject().(client.Object)
	o.SetAnnotations(map[string]string{record.InvokedAt: strconv.FormatInt(seen.Revision(), 10)})
	return o
}

// create asks once.
func create(ctx context.Context, c client.Client, o client.Object) error {
	return c.Create(ctx, dated(o))
}

// patch asks once for a change of the spec, in JSON.
func patch(ctx context.Context, c client.Client, o client.Object, spec string) error {
	return c.Patch(ctx, o, client.RawPatch("application/merge-patch+json", fmt.Appendf(nil,
		`{"metadata":{"annotations":{%q:"%d"}},"spec":%s}`, record.InvokedAt, seen.Revision(), spec)))
}

// numbered are the names of n things.
func numbered(prefix string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%s-%d", prefix, i)
	}
	return all
}

func json(v any) (string, error) {
	data, err := stdjson.Marshal(v)
	return string(data), err
}
