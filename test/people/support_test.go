// SPDX-License-Identifier: Apache-2.0

package people

import (
	"context"
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// as acts as a person with every right from RBAC but administer. So only admission can refuse their requests.
func as(email string) client.Client { return cluster.As(email, lab.People) }

// edit asks once for a change of a spec, in JSON. The object in memory stays the same, so that many can ask at once.
func edit(ctx context.Context, c client.Client, o client.Object, spec string, args ...any) error {
	patch := client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, `{"spec":%s}`, fmt.Sprintf(spec, args...)))
	return c.Patch(ctx, o.DeepCopyObject().(client.Object), patch)
}

func transfer(ctx context.Context, c client.Client, org *v1alpha1.Organization, to string) error {
	return edit(ctx, c, org, `{"superAdmin":%q}`, to)
}

func subscribe(ctx context.Context, c client.Client, org *v1alpha1.Organization, edition v1alpha1.Edition, licenses int) error {
	return edit(ctx, c, org, `{"subscription":{"edition":%q,"licenses":%d}}`, edition, licenses)
}

// finally asks until the answer is final.
func finally(ctx context.Context, ask func() error) error { return lab.Insist(ctx, ask) }

func inside(org *v1alpha1.Organization) client.ListOption {
	return client.InNamespace(lab.NamespaceOf(org))
}

// persons makes addresses that nothing else uses.
func persons(prefix string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = lab.Person(prefix)
	}
	return all
}

// join makes people members, all at once, as the platform, and returns their memberships.
func join(ctx context.Context, org *v1alpha1.Organization, role v1alpha1.Role, people ...string) []*v1alpha1.Membership {
	GinkgoHelper()
	all := make([]*v1alpha1.Membership, len(people))
	for i, person := range people {
		all[i] = lab.NewMembership(org, person, role)
	}
	answers := lab.AtOnce(ctx, len(all), func(i int) error { return cluster.Platform.Create(ctx, all[i]) })
	Expect(lab.Succeeded(answers)).To(Equal(len(people)), "%v", answers)
	return all
}

// copies is how often each request of a race is sent.
const copies = 4

// race sends all requests at once, several times each until the answer is final. It returns a result for each: nil if any of its copies
// succeeded.
func race(ctx context.Context, requests ...func() error) []error {
	answers := lab.AtOnce(ctx, copies*len(requests), func(i int) error { return requests[i%len(requests)]() })
	outcomes := make([]error, len(requests))
	for k := range requests {
		var own []error
		for i := k; i < len(answers); i += len(requests) {
			own = append(own, answers[i])
		}
		if !slices.Contains(own, nil) {
			outcomes[k] = own[0]
		}
	}
	return outcomes
}

// live reads an object as it is.
func live[O client.Object](ctx context.Context, o O) O {
	GinkgoHelper()
	Expect(cluster.Platform.Get(ctx, client.ObjectKeyFromObject(o), o)).To(Succeed())
	return o
}
