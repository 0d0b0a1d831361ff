// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

// foreign is an entry of another cluster's journal: somebody there is about to get a place.
func foreign(user string) string {
	return "\t\tcreate\tMembership\torg-elsewhere\tx\t" + lab.Unique("uid") + "\t\t" + `place{"o":"elsewhere","u":"` + user + `","r":"Standard"}` + "\n"
}

var _ = Describe("A journal that somebody edits", func() {
	BeforeEach(func(ctx SpecContext) {
		serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
	})

	It("goes on without the entries that were removed", func(ctx SpecContext) {
		r := newRush(ctx)
		edit(ctx, func(data map[string]string) { data[partEntries] += foreign(r.user) })
		edit(ctx, func(data map[string]string) { data[partEntries] = "" })
		r.run(ctx).isExact(ctx)
	}, NodeTimeout(soon*2))

	It("is not used by any replica if a later version wrote it, and the replicas say so", func(ctx SpecContext) {
		r := newRush(ctx)
		edit(ctx, func(data map[string]string) { data[partFormat] = "99" })
		DeferCleanup(func(ctx SpecContext) {
			edit(ctx, func(data map[string]string) { data[partFormat] = strconv.Itoa(journal.Format) })
		})
		for _, err := range lab.Together(4, func(int) error {
			return once(ctx, control.Config(), "memberships", membership(r.small, lab.Person("early")))
		}) {
			Expect(apierrors.IsServiceUnavailable(err)).To(BeTrue(), "%v", err)
		}
		for _, one := range door.serving() {
			Eventually(ctx, func() error { return one.journal.Ready(nil) }).ShouldNot(Succeed())
		}
		edit(ctx, func(data map[string]string) { data[partFormat] = strconv.Itoa(journal.Format) })
		for _, one := range door.serving() {
			Eventually(ctx, func() error { return one.journal.Ready(nil) }).Should(Succeed())
		}
		r.run(ctx).isExact(ctx)
	}, NodeTimeout(soon*2))

	It("is used again after the drop time if it has a fence that no view can reach", func(ctx SpecContext) {
		r := newRush(ctx)
		edit(ctx, func(data map[string]string) { data[partFences] += "Invitation 9007199254740993\n" })
		next := membership(r.small, lab.Person("early"))
		Expect(apierrors.IsServiceUnavailable(once(ctx, control.Config(), "memberships", next))).To(BeTrue())
		Eventually(ctx, func() string { return storedJournal(ctx).Data[partFences] }).WithTimeout(soon).ShouldNot(ContainSubstring("9007199254740993"))
		newRush(ctx).run(ctx).isExact(ctx)
	}, NodeTimeout(soon*3))

	It("keeps a later version's unknown entries, to the letter", func(ctx SpecContext) {
		later := "\t\tmerge\tLedger\torg-x\tbook\t" + lab.Unique("uid") + "\t7\t" + `balance{"of":"x","is":[1,2]}` + "\t" + `place{"o":"x","u":"x@zylker.com","future":1}` + "\n"
		edit(ctx, func(data map[string]string) { data[partEntries] += later })
		newRush(ctx).run(ctx)
		Eventually(ctx, func() string { return storedJournal(ctx).Data[partEntries] }).Should(Equal(later), "all else has ended")
		edit(ctx, func(data map[string]string) { data[partEntries] = "" })
	}, NodeTimeout(soon*2))
})
