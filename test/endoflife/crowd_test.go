// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// atOnce is how many people join at the same time.
const atOnce = 32

var membersLeft = regexp.MustCompile(`left: (\d+) memberships`)

var _ = Describe("An organization with many members", func() {
	It(fmt.Sprintf("ends with all of its %d, and says how far it is (O7)", crowd), func(ctx context.Context) {
		org := l.Organization(ctx, lab.Person("john"), crowd+1)
		join(ctx, org, crowd)

		begun := time.Now()
		progress := follow(ctx, org, func() { deletes(ctx, org) })
		AddReportEntry("time to end", time.Since(begun).Round(time.Millisecond).String())
		AddReportEntry("members left, as it was said", progress)
		Expect(len(progress)).To(BeNumerically(">", 1), "it says how far it is more than once")
		Expect(len(progress)).To(BeNumerically("<", 4+crowd/20), "and not at every member: a status has its price")
		Expect(progress[0]).To(BeNumerically("<=", crowd+1))
		for i := range progress[1:] {
			Expect(progress[i+1]).To(BeNumerically("<", progress[i]))
		}
		Expect(l.Platform.Get(ctx, key(org), org)).NotTo(Succeed())
		var users v1alpha1.UserList
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.List(ctx, &users)).To(Succeed())
			g.Expect(users.Items).NotTo(ContainElement(HaveField("Spec.Email", HavePrefix("member-"))))
		}).WithContext(ctx).WithTimeout(10 * time.Minute).Should(Succeed())
		AddReportEntry("time until their Users are gone too", time.Since(begun).Round(time.Millisecond).String())
	}, NodeTimeout(30*time.Minute))
})

// join makes n people members, many at once.
func join(ctx context.Context, org *v1alpha1.Organization, n int) {
	GinkgoHelper()
	for done := 0; done < n; done += atOnce {
		answers := lab.AtOnce(ctx, min(atOnce, n-done), func(int) error {
			return l.Platform.Create(ctx, lab.NewMembership(org, lab.Person("member"), v1alpha1.RoleStandard))
		})
		Expect(lab.Succeeded(answers)).To(Equal(len(answers)), "%v", answers)
	}
}

// follow watches an organization from before something is done until it is gone, and returns how many members it said are left, each
// time that it said something else.
func follow(ctx context.Context, org *v1alpha1.Organization, do func()) []int {
	GinkgoHelper()
	w, err := l.Platform.Watch(ctx, &v1alpha1.OrganizationList{}, client.MatchingFields{"metadata.name": org.Name})
	Expect(err).NotTo(HaveOccurred())
	defer w.Stop()
	do()
	var said []int
	for event := range w.ResultChan() {
		if event.Type == watch.Deleted {
			return said
		}
		now, ok := event.Object.(*v1alpha1.Organization)
		Expect(ok).To(BeTrue(), "%v", event.Object)
		ready := lab.Condition(now, v1alpha1.ConditionReady)
		if found := membersLeft.FindStringSubmatch(ready.Message); found != nil {
			n, err := strconv.Atoi(found[1])
			Expect(err).NotTo(HaveOccurred())
			if len(said) == 0 || said[len(said)-1] != n {
				said = append(said, n)
			}
		}
	}
	Fail("the watch ended before the organization did")
	return nil
}
