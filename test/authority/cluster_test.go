// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// questions are all cells that apply: of the acts with a policy, or of the others.
func questions(policy bool) []question {
	GinkgoHelper()
	all, err := every()
	Expect(err).NotTo(HaveOccurred())
	return slices.DeleteFunc(all, func(q question) bool { return !q.cell.Applies || policy != (q.act.Policy != nil) })
}

// surprises are the answers that differ from the table.
func surprises(all []question, answers func(question) string) []string {
	var mu sync.Mutex
	var found []string
	queue := make(chan question)
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for q := range queue {
				if surprise := answers(q); surprise != "" {
					mu.Lock()
					found = append(found, surprise)
					mu.Unlock()
				}
			}
		})
	}
	for _, q := range all {
		queue <- q
	}
	close(queue)
	clients.Wait()
	return found
}

// tried asks by a dry run, with the roles that are shipped. If those shut the door, it asks again with every door open.
func tried(ctx context.Context) func(question) string {
	return func(q question) string {
		r := q.act.By(q.class)
		withRoles, withDoors := q.cell.want()
		if got := answered(ctx, shipped[q.class.Short], q.kind, r, true); got != withRoles {
			return fmt.Sprintf("%s: %s, want %s", q, got, withRoles)
		}
		if q.cell.Door || !r.Judged() {
			return ""
		}
		if got := answered(ctx, open[q.class.Short], q.kind, r, true); got != withDoors {
			return fmt.Sprintf("%s, with the door open: %s, want %s", q, got, withDoors)
		}
		return ""
	}
}

// The order matters: the specs that change the world come last.
var _ = Describe("The table", Ordered, func() {
	// The turncoat's right to administer ends while the specs run.
	turncoat := Class{Username: email("turncoat"), Groups: []string{lab.People}}
	reserves := func(ctx context.Context) string {
		return answered(ctx, signedIn(turncoat), "HostReservation", reservations.Acts[0].By(turncoat), true)
	}

	BeforeAll(func(ctx SpecContext) {
		Expect(reserves(ctx)).To(Equal("A6"))
		binding := lab.Bind(ctx, l.Platform, "polyorg-platform-admin", lab.Username(turncoat.Username))
		Eventually(reserves).WithContext(ctx).Should(Equal("yes"))
		Expect(l.Platform.Delete(ctx, binding)).To(Succeed())
	}, NodeTimeout(lab.Soon))

	It("is what a cluster does, by RBAC and admission together, and by admission alone", func(ctx SpecContext) {
		before := everything(ctx)
		Expect(surprises(questions(false), tried(ctx))).To(BeEmpty())
		Expect(cmp.Diff(before, everything(ctx))).To(BeEmpty(), "a dry run changes nothing")
	}, NodeTimeout(5*time.Minute))

	It("U3: hides taken names from people who may not create an organization", func(ctx SpecContext) {
		for _, q := range questions(false) {
			if q.kind != "Organization" || q.act.Text != "create one, as its super admin" || q.class.Platform {
				continue
			}
			taken, fresh := q.act.By(q.class), q.act.By(q.class)
			taken.After.SetName(elsewhere)
			as := open[q.class.Short]
			said := func(r *Request) error {
				return lab.Insist(ctx, func() error { return ask(ctx, as, q.kind, r, true) })
			}
			if q.cell.Rule == "" {
				Expect(said(taken)).To(Satisfy(apierrors.IsAlreadyExists), "%s", q)
			} else {
				Expect(said(taken)).To(MatchError(said(fresh).Error()), "%s", q)
			}
		}
	}, NodeTimeout(time.Minute))

	It("U3: answers a stranger to an organization as if it did not exist", func(ctx SpecContext) {
		var asked int
		for _, q := range questions(false) {
			outside := slices.Contains([]string{"Anonymous", "Stranger", "Foreign"}, q.class.Short)
			there, nowhere := q.act.By(q.class), q.act.By(q.class)
			if !outside || q.cell.Door || !move(nowhere, home, "nowhere") {
				continue
			}
			as := shipped[q.class.Short]
			said := ask(ctx, as, q.kind, there, true).Error()
			Expect(ask(ctx, as, q.kind, nowhere, true)).To(MatchError(strings.ReplaceAll(said, home, "nowhere")), "%s", q)
			asked++
		}
		Expect(asked).To(BeNumerically(">", 100))
	}, NodeTimeout(time.Minute))

	It("refuses a real request if it refuses the dry run", func(ctx SpecContext) {
		before := everything(ctx)
		Expect(surprises(questions(false), func(q question) string {
			r := q.act.By(q.class)
			if q.cell.Rule == "" || !r.Judged() {
				return ""
			}
			if got := answered(ctx, open[q.class.Short], q.kind, r, false); got != q.cell.Rule {
				return fmt.Sprintf("%s: %s, want %s", q, got, q.cell.Rule)
			}
			return ""
		})).To(BeEmpty())
		Expect(cmp.Diff(before, everything(ctx))).To(BeEmpty(), "a refusal changes nothing")
	}, NodeTimeout(5*time.Minute))

	It("follows the policy", func(ctx SpecContext) {
		lab.Create(ctx, l.Platform, bare(policy()))
		Expect(surprises(questions(true), tried(ctx))).To(BeEmpty())
		Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, policy()) })).To(Succeed())
	}, NodeTimeout(2*time.Minute))

	It("forgets a former platform actor on every replica", func(ctx SpecContext) {
		Eventually(func() (answers []string) {
			for range 8 {
				answers = append(answers, reserves(ctx))
			}
			return answers
		}).WithContext(ctx).Should(HaveEach("A6"))
	}, NodeTimeout(lab.Soon))

	It("lets the garbage collector delete an object with an owner, once it is a platform actor", func(ctx SpecContext) {
		binding := lab.Bind(ctx, l.Platform, "polyorg-platform-admin", lab.ServiceAccount("kube-system", "generic-garbage-collector"))
		DeferCleanup(func(ctx SpecContext) { Expect(l.Platform.Delete(ctx, binding)).To(Succeed()) })
		owner := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + home, Name: "owner"}}
		Expect(l.Platform.Create(ctx, owner)).To(Succeed())
		tied := bare(offer(home, newcomer)(Class{}))
		tied.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID}})
		lab.Create(ctx, l.Platform, tied)
		Expect(l.Platform.Delete(ctx, owner)).To(Succeed())
		Eventually(func() error {
			return l.Platform.Get(ctx, client.ObjectKeyFromObject(tied), tied)
		}).WithContext(ctx).Should(Satisfy(apierrors.IsNotFound))
	}, NodeTimeout(2*lab.Soon))

	It("describes what real requests do, where it allows them", func(ctx SpecContext) { tell(ctx) }, NodeTimeout(lab.Soon*5))
})

// move turns a request about one organization into the same about another. It reports whether it was about that organization.
func move(r *Request, from, to string) (moved bool) {
	for _, o := range []client.Object{r.Before, r.After} {
		switch {
		case o == nil:
		case o.GetNamespace() == v1alpha1.NamespacePrefix+from:
			o.SetNamespace(v1alpha1.NamespacePrefix + to)
			moved = true
		case o.GetName() == from:
			o.SetName(to)
			moved = true
		}
	}
	return moved
}

// everything is all objects of our kinds, by name: the object's UID, and how often somebody has changed it.
func everything(ctx context.Context) map[string]string {
	GinkgoHelper()
	all := map[string]string{}
	for _, part := range Table {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(part.Kind + "List"))
		Expect(l.Platform.List(ctx, list)).To(Succeed())
		for _, o := range list.Items {
			all[part.Kind+" "+o.GetNamespace()+"/"+o.GetName()] = fmt.Sprint(
				o.GetUID(), o.GetGeneration(), o.GetLabels(), o.GetAnnotations(), o.GetFinalizers(), o.GetOwnerReferences(), o.GetDeletionTimestamp())
		}
	}
	return all
}
