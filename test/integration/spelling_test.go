// SPDX-License-Identifier: Apache-2.0

package integration

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A name that is not written as it should be", func() {
	DescribeTable("is answered with the form to write, before the schema refuses it", func(ctx SpecContext, edit func(*v1alpha1.Organization), says string) {
		org := lab.NewOrganization(lab.Person("owner"), 1)
		edit(org)
		err := lab.Insist(ctx, func() error { return platform.Create(ctx, org, client.DryRunAll) })
		Expect(err).To(And(Satisfy(apierrors.IsInvalid), MatchError(ContainSubstring(says))))
	},
		Entry("U1: an address in another script", func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = "john@zylkér.com" }, "write john@xn--zylkr-esa.com, if those are meant [U1]"),
		Entry("U1: one with a letter that looks like another", func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = "j\u043ehn@zylker.com" }, "U+043E"),
		Entry("A4: an organization's own name in another script", func(o *v1alpha1.Organization) { o.Name = "zylkér" }, "write xn--zylkr-esa, if those are meant [A4]"),
		Entry("A4: a name in another script", func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: "zylkér"} }, "write xn--zylkr-esa, if those are meant [A4]"),
		Entry("A4: a domain in another script", func(o *v1alpha1.Organization) {
			o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: "crm.zylkér.com"}
		}, "write crm.xn--zylkr-esa.com, if those are meant [A4]"),
		Entry("U1: an address in capitals", func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = "John@Zylker.com" }, "write john@zylker.com [U1]"),
		Entry("A4: a domain in capitals", func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: "CRM.zylker.com"} }, "write crm.zylker.com [A4]"),
		Entry("I6: an address of version 6 for a network", func(o *v1alpha1.Organization) {
			o.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: []v1alpha1.CIDR{"2001:DB8::1"}}
		}, "write 2001:db8::1/128 for this one address [I6]"),
	)

	It("is asked about only where there are such letters, whatever else is wrong", func(ctx SpecContext) {
		org := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"superAdmin": int64(7), "accessURL": "zylkér"}}}
		org.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Organization"))
		org.SetName("malformed")
		err := lab.Insist(ctx, func() error { return platform.Create(ctx, org, client.DryRunAll) })
		Expect(err).To(And(Satisfy(apierrors.IsInvalid), MatchError(ContainSubstring("must be of type"))))
	})
})

var _ = Describe("An actor whose sign-in name is not in lower case", func() {
	It("U2: is told that, and not that there is nothing for them", func(ctx SpecContext) {
		org, mixed := organization(ctx, lab.Person("owner"), 5), as("Mixed.Case@Example.com")
		inv := lab.NewInvitation(org, "mixed.case@example.com")
		lab.Create(ctx, platform, inv)
		own := lab.NewOrganization("mixed.case@example.com", 0)
		for _, obj := range []client.Object{
			lab.NewResponse(inv, v1alpha1.DecisionAccept), own,
			&v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}},
		} {
			err := lab.Insist(ctx, func() error { return mixed.Create(ctx, obj, client.DryRunAll) })
			Expect(err).To(And(lab.BeRefusedBy("U2"), MatchError(ContainSubstring("you are signed in as Mixed.Case@Example.com, which is not in lower case")),
				MatchError(ContainSubstring("claims.email.lowerAscii()"))))
		}
	})
})
