// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// journeys are the clients' requests and answers, with their times.
type journeys struct {
	began time.Time
	mu    sync.Mutex
	all   []porcupine.Operation
}

// ask sends one request, once. A request whose answer is "retry" stored nothing, and shows nothing of the state.
func (j *journeys) ask(ctx context.Context, who int, in request, offices []string) {
	from := time.Since(j.began)
	out := send(ctx, in, offices)
	if out.answer == retry || in.verb == look && out.answer == unknown {
		return
	}
	to := int64(time.Since(j.began))
	if out.answer == unknown {
		to = never
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = append(j.all, porcupine.Operation{ClientId: who, Input: in, Output: out, Call: int64(from), Return: to})
}

func send(ctx context.Context, in request, offices []string) response {
	m := newMembership(offices[in.bit], "member-"+in.user, in.user+"@zylker.com")
	switch in.verb {
	case join:
		return response{answer: read(create(ctx, platform, m))}
	case leave:
		return response{answer: read(platform.Delete(ctx, m))}
	}
	var list v1alpha1.MembershipList
	if err := platform.List(ctx, &list, client.MatchingFields{"spec.user": m.Spec.User}); err != nil {
		return response{answer: unknown}
	}
	out := response{answer: done}
	for i := range list.Items {
		for bit, office := range offices {
			if list.Items[i].Namespace == v1alpha1.NamespacePrefix+office {
				out.set |= 1 << bit
			}
		}
	}
	return out
}

// linearizability is for one limit (L1), without controllers.
func linearizability() {
	It("keeps one limit linearizable while replicas crash, pause and grow stale", func(ctx SpecContext) {
		const people, askers = 4, 12
		chance := seed()
		fmt.Fprintf(GinkgoWriter, "%s=%d\n", seedVariable, chance)
		staff(ctx, 2, withoutControllers)
		offices := numbered(lab.Unique("office"), 6)
		namespaces(ctx, offices...)
		policy := defaultPolicy()
		policy.Spec.Limits = limits(room, room, 20)
		Expect(insist(ctx, func(ctx context.Context) error { return create(ctx, platform, policy) })).To(Succeed())

		j := &journeys{began: time.Now()}
		disturbed(ctx, length, chance, 2, askers, func(over context.Context, i int, dice *rand.Rand) {
			verbs := []verb{join, join, join, leave, look}
			for n := 0; n < most && over.Err() == nil; n++ {
				in := request{verb: verbs[dice.IntN(len(verbs))], user: fmt.Sprint("p", i%people), bit: uint(dice.IntN(len(offices)))}
				hurried(ctx, dice, func(ctx context.Context) { j.ask(ctx, i, in, offices) })
			}
		})
		for p := range people { // the state at the end
			j.ask(ctx, askers, request{verb: look, user: fmt.Sprint("p", p)}, offices)
		}
		fmt.Fprintf(GinkgoWriter, "%d requests in %s: %v\n", len(j.all), time.Since(j.began), j.tally())
		Expect(linearizable(j.all)).To(Succeed())
		Expect(judged.Check(seen.Settled(ctx))).To(BeEmpty())
		Expect(insist(ctx, func(ctx context.Context) error { return platform.Delete(ctx, policy) })).To(Succeed())
	}, SpecTimeout(length+3*time.Minute))
}

// most is how many requests one client makes. The cost of the check grows fast with their number.
const most = 100

func (j *journeys) tally() map[answer]int {
	tally := map[answer]int{}
	for _, o := range j.all {
		tally[o.Output.(response).answer]++
	}
	return tally
}

// hurried gives one request in ten so little time that its client leaves before the answer comes.
func hurried(ctx context.Context, dice *rand.Rand, do func(context.Context)) {
	patience := 15 * time.Second
	if dice.IntN(10) == 0 {
		patience = time.Duration(dice.IntN(40)) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	do(ctx)
}

func defaultPolicy() *v1alpha1.PlatformPolicy {
	return &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName}}
}

// limits are the limits of a policy: so many organizations, created ones, and pending invitations of a user. The others follow from them.
func limits(organizations, created, pending int32) *v1alpha1.LimitsPolicy {
	return &v1alpha1.LimitsPolicy{
		OrganizationsPerUser: &organizations, CreatedOrganizationsPerUser: &created, InvitedCRMPlusPerUser: &created,
		CreatedCRMPlusPerUser: ptr.To[int32](1), InternalZohoOnePerUser: ptr.To[int32](1),
		PendingInvitationsPerUser: &pending, PendingInvitationsPerSuperAdmin: ptr.To(min(pending, 3)),
	}
}

// The checker must be able to fail.
func TestLinearizabilityChecker(t *testing.T) {
	at := func(from, to int64, v verb, bit uint, out response) porcupine.Operation {
		return porcupine.Operation{Call: from, Return: to, Input: request{v, "p", bit}, Output: out}
	}
	said := func(a answer) response { return response{answer: a} }
	three := []porcupine.Operation{at(0, 1, join, 0, said(done)), at(2, 3, join, 1, said(done)), at(4, 5, join, 2, said(done))}
	for name, c := range map[string]struct {
		then []porcupine.Operation
		want bool
	}{
		"one more than there is room for":                {[]porcupine.Operation{at(6, 7, join, 3, said(done))}, false},
		"a refusal when there is no room":                {[]porcupine.Operation{at(6, 7, join, 3, said(full))}, true},
		"a refusal while there is room":                  {[]porcupine.Operation{at(6, 7, leave, 0, said(done)), at(8, 9, join, 3, said(full))}, false},
		"a refusal while another leaves":                 {[]porcupine.Operation{at(6, 9, leave, 0, said(done)), at(7, 8, join, 3, said(full))}, true},
		"an admission before another member has left":    {[]porcupine.Operation{at(6, 7, join, 3, said(done)), at(8, 9, leave, 0, said(done))}, false},
		"a lost answer to a stored request":              {[]porcupine.Operation{at(6, never, leave, 0, said(unknown)), at(8, 9, join, 3, said(done))}, true},
		"a lost answer to a request that was not stored": {[]porcupine.Operation{at(6, never, leave, 0, said(unknown)), at(8, 9, join, 3, said(full))}, true},
		"a member who is not seen":                       {[]porcupine.Operation{at(6, 7, look, 0, response{done, 0b011})}, false},
		"two joins of the same organization":             {[]porcupine.Operation{at(6, 7, leave, 0, said(done)), at(8, 9, join, 1, said(done))}, false},
	} {
		t.Run(name, func(t *testing.T) {
			result := porcupine.CheckOperations(model(), append(three[:3:3], c.then...))
			if result != c.want {
				t.Errorf("linearizable: %t, want %t", result, c.want)
			}
		})
	}
}
