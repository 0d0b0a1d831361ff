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
	It(fmt.Sprintf("ends with all of its %d, and reports its progress (O7)", crowd), func(ctx context.Context) {
		org := l.Organization(ctx, lab.Person("john"), crowd+1)
		join(ctx, org, crowd)

		begun := time.Now()
		writes, changes := journalled(ctx)
		progress, emptied := follow(ctx, org, func() { deletes(ctx, org) })
		AddReportEntry("time to end", time.Since(begun).Round(time.Millisecond).String())
		AddReportEntry("of which for what belongs to it", emptied.Sub(begun).Round(time.Millisecond).String())
		nowWrites, nowChanges := journalled(ctx)
		AddReportEntry("journal", fmt.Sprintf("%.0f changes by %.0f writes", nowChanges-changes, nowWrites-writes))
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

// follow does something, and watches an organization until it is gone. It returns each number of members in its messages, and the time of
// the first message without one.
func follow(ctx context.Context, org *v1alpha1.Organization, do func()) (said []int, emptied time.Time) {
	GinkgoHelper()
	w, err := l.Platform.Watch(ctx, &v1alpha1.OrganizationList{}, client.MatchingFields{"metadata.name": org.Name})
	Expect(err).NotTo(HaveOccurred())
	defer w.Stop()
	do()
	for event := range w.ResultChan() {
		if event.Type == watch.Deleted {
			return said, emptied
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
		} else if len(said) > 0 && emptied.IsZero() {
			emptied = time.Now()
		}
	}
	Fail("the watch ended before the organization did")
	return nil, emptied
}

// journalled is how often the replicas have written the journal, and how many changes those writes contained.
func journalled(ctx context.Context) (writes, changes float64) {
	GinkgoHelper()
	for replica := range 2 {
		families, err := l.Operator.Metrics(ctx, replica)
		Expect(err).NotTo(HaveOccurred())
		for _, m := range families["polyorg_journal_batch_size"].GetMetric() {
			writes += float64(m.GetHistogram().GetSampleCount())
			changes += m.GetHistogram().GetSampleSum()
		}
	}
	return writes, changes
}
