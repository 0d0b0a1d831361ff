// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

const unwanted = "unwanted" // the label of objects that the other webhook refuses

// refuseLater installs somebody else's webhook, which refuses every object with the label.
func refuseLater(ctx context.Context) {
	GinkgoHelper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		review := &admissionv1.AdmissionReview{}
		if err := json.NewDecoder(r.Body).Decode(review); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Result: &metav1.Status{Message: "unwanted here"}}
		_ = json.NewEncoder(w).Encode(review)
	}))
	DeferCleanup(server.Close)
	hook := admissionregistrationv1.ValidatingWebhook{
		Name: "zz.later.example.com", SideEffects: ptr.To(admissionregistrationv1.SideEffectClassNone), AdmissionReviewVersions: []string{"v1"},
		ObjectSelector: &metav1.LabelSelector{MatchLabels: map[string]string{unwanted: "true"}},
		Rules: []admissionregistrationv1.RuleWithOperations{{
			Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.OperationAll},
			Rule:       admissionregistrationv1.Rule{APIGroups: []string{v1alpha1.GroupName}, APIVersions: []string{"*"}, Resources: []string{"*"}},
		}},
	}
	point(&hook.ClientConfig, server)
	own := &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "zz-later"},
		Webhooks: []admissionregistrationv1.ValidatingWebhook{hook}}
	Expect(platform.Create(ctx, own)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) { Expect(platform.Delete(ctx, own)).To(Succeed()) })
	Eventually(ctx, func() error {
		return platform.Create(ctx, marked(lab.NewOrganization(lab.Person("nobody"), 1)), client.DryRunAll)
	}).Should(MatchError(ContainSubstring("unwanted here")))
}

func marked[T client.Object](obj T) T {
	obj.SetLabels(map[string]string{unwanted: "true"})
	return obj
}

var _ = Describe("A request that another webhook refuses", func() {
	BeforeEach(func(ctx SpecContext) {
		serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
		refuseLater(ctx)
	})

	It("holds no host and no name for longer than the drop time", func(ctx SpecContext) {
		host := lab.Unique("shop")
		shop := func() *v1alpha1.Organization {
			org := lab.NewOrganization(lab.Person("owner"), 3)
			org.Spec.AccessURL = &v1alpha1.AccessURL{Name: host}
			return org
		}
		lost := shop()
		Expect(platform.Create(ctx, marked(lost.DeepCopy()))).To(MatchError(ContainSubstring("unwanted here")))
		next := shop()
		next.Name = lost.Name
		Expect(insist(ctx, func() error { return platform.Create(ctx, next) })).To(Succeed(), "asked to try again, never refused")
		Expect(insist(ctx, func() error { return platform.Create(ctx, shop()) })).To(MatchError(ContainSubstring("is not free")))
		isQuiet(ctx)
	}, NodeTimeout(soon*2))

	It("in a storm by one tenant stays within its bounds, and everybody else goes on", func(ctx SpecContext) {
		owner := lab.Person("owner")
		org := create(ctx, lab.NewOrganization(owner, 10_000))
		lab.Grant(ctx, platform, org)
		r := newRush(ctx)
		mine := as(owner)
		storm, calm := context.WithCancel(ctx)
		var raging sync.WaitGroup
		rage := func(try func() error) {
			raging.Go(func() {
				for storm.Err() == nil {
					_ = try()
				}
			})
		}
		for range 12 {
			rage(func() error { return mine.Create(storm, marked(lab.NewInvitation(org, lab.Person("victim")))) })
		}
		for range 8 {
			rage(func() error {
				patch := `{"metadata":{"labels":{"` + unwanted + `":"true"}},"spec":{"accessURL":{"name":"` + lab.Unique("elsewhere") + `"}}}`
				return mine.Patch(storm, org.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(patch)))
			})
		}
		defer raging.Wait()
		defer calm()
		perActor, perObject := 0, 0
		during(ctx, func(context.Context) {
			actors, objects := map[string]int{}, map[types.UID]int{}
			for _, e := range record(ctx).Entries {
				actors[e.Actor]++
				objects[e.UID]++
			}
			for actor, n := range actors {
				if !strings.HasPrefix(actor, journal.PlatformActor("")) {
					perActor = max(perActor, n)
				}
			}
			for _, n := range objects {
				perObject = max(perObject, n)
			}
		}, func() {
			for range 3 {
				Expect(once(ctx, control.Config(), "memberships", membership(pool[0], lab.Person("calm")))).To(Succeed(), "at once")
			}
			r.run(ctx)
		})
		AddReportEntry("most entries of an actor, and of an object", []int{perActor, perObject})
		Expect(perActor).To(And(BeNumerically(">", 0), BeNumerically("<=", 32)))
		Expect(perObject).To(BeNumerically("<=", 4))
		calm()
		raging.Wait()
		r.isExact(ctx)
		Expect(insist(ctx, func() error { return mine.Create(ctx, lab.NewInvitation(org, lab.Person("guest"))) })).To(Succeed())
	}, NodeTimeout(soon*2))
})
