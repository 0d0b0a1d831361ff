// SPDX-License-Identifier: Apache-2.0

//go:build long

package helm

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// many is how many customers the chart has.
const many = 20

// release is the release of a chart, in a home of its own.
type release struct{ name, home string }

func newRelease(name string) release { return release{name: name, home: GinkgoT().TempDir()} }

// helm runs the real Helm as the cluster's administrator, who is a platform actor, and returns both of its outputs.
func (r release) helm(ctx context.Context, args ...string) (string, error) {
	program := os.Getenv("POLYORG_HELM")
	if program == "" {
		program = filepath.Join(l.Root, "bin", "tools", "helm")
	}
	command := exec.CommandContext(ctx, program, args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+l.Control.Kubeconfig(), "HELM_CONFIG_HOME="+r.home, "HELM_CACHE_HOME="+r.home,
		"HELM_DATA_HOME="+r.home)
	said, err := command.CombinedOutput()
	return string(said), err
}

// does runs a Helm command that must succeed, and reports its time.
func (r release) does(ctx context.Context, args ...string) {
	GinkgoHelper()
	began := time.Now()
	said, err := r.helm(ctx, args...)
	Expect(err).NotTo(HaveOccurred(), "helm %s: %s", args, said)
	AddReportEntry("helm "+args[0], time.Since(began).Round(time.Millisecond).String())
}

func (r release) upgrades(ctx context.Context, customers []string, flags ...string) {
	GinkgoHelper()
	args := []string{"upgrade", "--install", r.name, "chart", "--wait", "--timeout=3m", "--set-json=customers=" + list(customers)}
	r.does(ctx, append(args, flags...)...)
}

func list(names []string) string { return `["` + strings.Join(names, `","`) + `"]` }

// everything is the state of all objects of ours, of some customers.
func everything(ctx context.Context, customers []string) map[string]string {
	GinkgoHelper()
	state := map[string]string{}
	note := func(list client.ObjectList, options ...client.ListOption) {
		Expect(l.Platform.List(ctx, list, options...)).To(Succeed())
		for _, o := range items(list) {
			state[fmt.Sprintf("%T %s/%s", o, o.GetNamespace(), o.GetName())] = fmt.Sprint(o.GetUID(), o.GetGeneration())
		}
	}
	for _, c := range customers {
		inside := client.InNamespace(v1alpha1.NamespacePrefix + c)
		note(&v1alpha1.MembershipList{}, inside)
		note(&v1alpha1.InvitationList{}, inside)
		note(&v1alpha1.IntegrationBindingList{}, inside)
	}
	note(&v1alpha1.OrganizationList{})
	return state
}

func items(list client.ObjectList) (all []client.Object) {
	switch l := list.(type) {
	case *v1alpha1.OrganizationList:
		all = pointers[v1alpha1.Organization](l.Items)
	case *v1alpha1.MembershipList:
		all = pointers[v1alpha1.Membership](l.Items)
	case *v1alpha1.InvitationList:
		all = pointers[v1alpha1.Invitation](l.Items)
	case *v1alpha1.IntegrationBindingList:
		all = pointers[v1alpha1.IntegrationBinding](l.Items)
	}
	return all
}

func pointers[T any, P interface {
	*T
	client.Object
}](items []T) (all []client.Object) {
	for i := range items {
		all = append(all, P(&items[i]))
	}
	return all
}

// ready expects complete customers: in service, with three members, an invitation, and a binding.
func ready(ctx context.Context, customers ...string) {
	GinkgoHelper()
	for _, c := range customers {
		org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: c}}
		l.EventuallyReady(ctx, org)
		Expect(everything(ctx, []string{c})).To(And(
			HaveKey("*v1alpha1.Membership org-"+c+"/admin"), HaveKey("*v1alpha1.Membership org-"+c+"/member"),
			HaveKey("*v1alpha1.Invitation org-"+c+"/guest"), HaveKey("*v1alpha1.IntegrationBinding org-"+c+"/desk"),
		))
	}
}

// gone returns when customers and their namespaces are deleted. Then it lets them come back: a platform actor frees their reserved hosts
// (A7).
func gone(ctx context.Context, customers ...string) {
	GinkgoHelper()
	for _, c := range customers {
		for _, obj := range []client.Object{
			&v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: c}},
			&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.NamespacePrefix + c}},
		} {
			Eventually(func() error { return l.Platform.Get(ctx, client.ObjectKeyFromObject(obj), obj) }).
				WithContext(ctx).Should(Satisfy(apierrors.IsNotFound), "%T %s", obj, obj.GetName())
		}
		host := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: c + "." + l.Config.Ingress.BaseDomain}}
		Expect(lab.Insist(ctx, func() error { return client.IgnoreNotFound(l.Platform.Delete(ctx, host)) })).To(Succeed())
	}
}

var _ = Describe("A chart of customers", Ordered, func() {
	var r release
	var all, fewer []string
	const one = "pine-7"

	BeforeAll(func() {
		r = newRelease("customers")
		for i := range many {
			all = append(all, fmt.Sprintf("pine-%d", i))
		}
		fewer = slices.DeleteFunc(slices.Clone(all), func(c string) bool { return c == one })
	})

	It("is installed", func(ctx context.Context) {
		r.upgrades(ctx, all)
		ready(ctx, all...)
	}, NodeTimeout(5*time.Minute))

	It("changes nothing in an upgrade without a change", func(ctx context.Context) {
		before := everything(ctx, all)
		r.upgrades(ctx, all)
		Expect(everything(ctx, all)).To(Equal(before))
	}, NodeTimeout(5*time.Minute))

	It("removes a customer with all objects, and no other customer", func(ctx context.Context) {
		before := everything(ctx, fewer)
		r.upgrades(ctx, fewer)
		gone(ctx, one)
		after := everything(ctx, fewer)
		delete(before, "*v1alpha1.Organization /"+one)
		Expect(after).To(Equal(before))
	}, NodeTimeout(5*time.Minute))

	It("puts them back", func(ctx context.Context) {
		r.upgrades(ctx, all)
		ready(ctx, one)
	}, NodeTimeout(5*time.Minute))

	It("is rolled back to the revision without them, and forth", func(ctx context.Context) {
		r.does(ctx, "rollback", r.name, "3", "--wait", "--timeout=3m")
		gone(ctx, one)
		r.does(ctx, "rollback", r.name, "4", "--wait", "--timeout=3m")
		ready(ctx, all...)
	}, NodeTimeout(10*time.Minute))

	It("is uninstalled, and leaves no customer", func(ctx context.Context) {
		r.does(ctx, "uninstall", r.name, "--wait", "--timeout=3m")
		gone(ctx, all...)
		var left v1alpha1.OrganizationList
		Expect(l.Platform.List(ctx, &left)).To(Succeed())
		Expect(left.Items).To(BeEmpty())
		Eventually(func(g Gomega) {
			var users v1alpha1.UserList
			g.Expect(l.Platform.List(ctx, &users)).To(Succeed())
			g.Expect(users.Items).To(BeEmpty())
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(5*time.Minute))
})

var _ = It("A chart without that annotation is refused with advice, and its second uninstallation succeeds", func(ctx context.Context) {
	r := newRelease("bare")
	r.upgrades(ctx, []string{"oak"}, "--set=keepNamespaces=false")
	said, err := r.helm(ctx, "uninstall", r.name, "--wait", "--timeout=1m", "--debug") // without --debug, Helm shows no reason
	Expect(err).To(HaveOccurred(), said)
	Expect(said).To(And(ContainSubstring("helm.sh/resource-policy: keep"), ContainSubstring("[O7]")))
	r.does(ctx, "uninstall", r.name, "--wait", "--timeout=3m")
	gone(ctx, "oak")
}, NodeTimeout(5*time.Minute))
