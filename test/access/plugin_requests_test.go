// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("kubectl polyorg, where RBAC gives no role (R9)", Ordered, func() {
	var (
		johns, marys string
		org, other   *v1alpha1.Organization
		own          string // the flag that names john's organization
		john         plugin
	)
	BeforeAll(func(ctx context.Context) {
		choose(ctx, config.OwnOrganizationNone)
		DeferCleanup(choose, config.OwnOrganizationBound)
		johns, marys = lab.Person("john"), lab.Person("mary")
		org, other = founded(ctx, johns), founded(ctx, marys)
		own = "--organization=" + org.Name
		m := lab.Create(ctx, l.Platform, lab.NewMembership(other, johns, v1alpha1.RoleStandard))
		l.EventuallyReady(ctx, m)
		john = plugin{kubectl: kubectlOf(johns, customers), path: plugins(ctx)}
		Eventually(func() string { return john.says(plain.Done, "list") }).Should(ContainSubstring(other.Name))
	}, NodeTimeout(3*time.Minute))

	It("F2: chooses the default organization, which the list shows at once", func() {
		Expect(john.says(plain.Done, "default")).To(Equal(org.Name + "\n"))
		Expect(john.says(plain.Done, "default", "-o", "name")).To(Equal("organization.polyorg.io/" + org.Name + "\n"))
		Expect(john.says(plain.Done, "default", other.Name)).To(ContainSubstring("is " + other.Name))
		Expect(john.says(plain.Done, "list")).To(And(MatchRegexp(`\* +%s`, other.Name), ContainSubstring("ChooseDefault")))
		Expect(john.says(plain.Refused, "default", "nowhere")).To(ContainSubstring("F2"))
	})

	It("R4: changes the organization by a request, and sees what became of it", func() {
		Expect(john.fails("get", "org", org.Name)).To(ContainSubstring("cannot get resource"))
		Expect(john.says(plain.Done, "change", "--display-name=Zylker by request", own)).To(ContainSubstring("changed"))
		Expect(john.says(plain.Done, "list")).To(MatchRegexp(`Change +%s +done`, org.Name))
		Eventually(func() string { return john.says(plain.Done, "show", org.Name) }).Should(ContainSubstring("Zylker by request"))
	})

	It("E4: subscribes by a request", func() {
		Expect(john.says(plain.Done, "subscribe", "Ultimate", "--licenses=11", own)).To(ContainSubstring("11 licences"))
	})

	It("R2: is refused as the request itself would be", func() {
		Expect(john.says(plain.Refused, "transfer", marys, own)).To(And(ContainSubstring("R2"), Not(ContainSubstring("admission webhook"))))
		Expect(john.says(plain.Refused, "change", "--display-name=Mine", "--organization="+other.Name)).To(ContainSubstring("R4"))
	})

	It("R6: leaves, also while the membership is suspended", func(ctx context.Context) {
		var members v1alpha1.MembershipList
		Expect(l.Platform.List(ctx, &members)).To(Succeed())
		for i := range members.Items {
			if m := &members.Items[i]; m.Spec.User == johns && m.Namespace == lab.NamespaceOf(other) {
				Expect(lab.Change(ctx, l.Platform, m, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })).To(Succeed())
			}
		}
		Eventually(func() string { return john.says(plain.Done, "list") }).Should(ContainSubstring("membership suspended"))
		Expect(john.says(plain.Done, "leave", other.Name)).To(ContainSubstring("You left " + other.Name))
		Expect(john.says(plain.Done, "list")).To(And(Not(MatchRegexp(`(?m)^.{10}%s `, other.Name)), ContainSubstring("Choose another")))
	}, NodeTimeout(time.Minute))

	It("O7: deletes by a request, unless it is protected", func() {
		john.says(plain.Done, "change", "--protect", own)
		Expect(john.says(plain.Refused, "delete", org.Name, "--yes")).To(ContainSubstring("O7"))
		john.says(plain.Done, "change", "--protect=false", own)
		Expect(john.says(plain.Done, "delete", org.Name, "--yes")).To(ContainSubstring("is being deleted"))
	})
})
