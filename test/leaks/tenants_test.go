// SPDX-License-Identifier: Apache-2.0

package leaks

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// Several tenants know these people. So a rule about one tenant is broken because of another.
const (
	sam  = "sam@shared.example"  // Standard in beta and gamma, so in as many organizations as allowed
	dora = "dora@shared.example" // super admin of delta, and Administrator of alpha
	pat  = "pat@shared.example"  // invited by beta
	zoe  = "zoe@shared.example"  // an internal user of beta, which is on Zoho One, and of alpha
)

// tenant is an organization, with the words that would reveal it.
type tenant struct {
	org   *v1alpha1.Organization
	owner string
	words []string
}

var tenants = map[string]*tenant{}

// establish makes an organization whose names all reveal it.
func establish(ctx context.Context, name string, change ...func(*v1alpha1.Organization)) *tenant {
	GinkgoHelper()
	owner := "owner@" + name + "holding.example"
	change = append(change, func(o *v1alpha1.Organization) {
		o.Name, o.Spec.DisplayName = name+"-works", strings.ToUpper(name)+" Trading"
		o.Spec.AccessURL = &v1alpha1.AccessURL{Name: "shop-of-" + name[:1]}
	})
	t := &tenant{org: cluster.Organization(ctx, owner, 50, change...), owner: owner}
	t.words = []string{t.org.Name, t.org.Spec.DisplayName, name + "holding", string(t.org.UID)}
	tenants[name] = t
	return t
}

func zohoOne(o *v1alpha1.Organization) { o.Spec.Subscription.Edition = v1alpha1.EditionZohoOne }

// foreign are the words of all tenants, except those who may see them.
func foreign(shownTo ...string) []string {
	known := map[string]bool{}
	for _, name := range shownTo {
		known[name] = true
	}
	var words []string
	for name, t := range tenants {
		if !known[name] {
			words = append(words, t.words...)
		}
	}
	return words
}

// settle makes the world in which alpha's people act.
func settle(ctx context.Context) {
	GinkgoHelper()
	establish(ctx, "alpha")
	establish(ctx, "beta", zohoOne)
	establish(ctx, "gamma")
	establish(ctx, "delta", func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = dora })
	for _, m := range []struct{ tenant, user string }{
		{"beta", sam}, {"gamma", sam}, {"beta", zoe}, {"alpha", zoe},
	} {
		cluster.Member(ctx, tenants[m.tenant].org, m.user, v1alpha1.RoleStandard)
	}
	cluster.Member(ctx, tenants["alpha"].org, dora, v1alpha1.RoleAdministrator)
	invite(ctx, "beta", pat)
	bind(ctx, "beta")
	const arrears = "arrears of the autumn" // the platform tells delta's members, and nobody else (E8)
	Expect(lab.Change(ctx, cluster.Platform, tenants["delta"].org, func(o *v1alpha1.Organization) {
		o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: arrears}
	})).To(Succeed())
	tenants["delta"].words = append(tenants["delta"].words, arrears)
}
