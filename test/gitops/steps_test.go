// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"context"
	"fmt"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// onlooker sees every stored state of every object of ours, and asks the judges about it.
type onlooker struct {
	c *cluster

	mu     sync.Mutex
	known  map[types.UID]bool
	states map[verdict]int
	wrong  []string
}

// watchedKinds are the kinds that somebody may wait for.
var watchedKinds = []string{
	"Organization", "Membership", "Invitation", "IntegrationBinding", "InvitationResponse", "User", "HostReservation", "PlatformPolicy",
}

func newOnlooker(c *cluster) *onlooker {
	GinkgoHelper()
	l := &onlooker{c: c, known: map[types.UID]bool{}, states: map[verdict]int{}}
	ctx, stop := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	for _, kind := range watchedKinds {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
		events, err := c.Platform.Watch(ctx, list)
		Expect(err).NotTo(HaveOccurred())
		watching.Go(func() {
			for event := range events.ResultChan() {
				l.see(ctx, event)
			}
		})
	}
	DeferCleanup(func() {
		stop()
		watching.Wait()
	})
	return l
}

func (l *onlooker) see(ctx context.Context, event watch.Event) {
	o, ok := event.Object.(*unstructured.Unstructured)
	if !ok || event.Type == watch.Deleted || event.Type == watch.Bookmark {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	v, err := verdictOf(o)
	if err != nil {
		l.wrong = append(l.wrong, fmt.Sprintf("%s: %v", id(o), err))
		return
	}
	l.states[v]++
	for _, problem := range l.problems(ctx, o, v) {
		l.wrong = append(l.wrong, fmt.Sprintf("%s: %s: %v %v", id(o), problem, v, o.Object["status"]))
	}
	l.known[o.GetUID()] = true
}

// problems are the judges' verdicts that come too early, or that differ.
func (l *onlooker) problems(ctx context.Context, o *unstructured.Unstructured, v verdict) (problems []string) {
	switch v {
	case inProgress, current, failed, terminating, off:
	default:
		problems = append(problems, "the judges do not agree")
	}
	if !l.known[o.GetUID()] && v != inProgress {
		problems = append(problems, "is judged before the operator saw it")
	}
	observed, _, _ := unstructured.NestedInt64(o.Object, "status", "observedGeneration")
	if v == current && observed != o.GetGeneration() {
		problems = append(problems, "is healthy by what was said of an earlier spec")
	}
	if v == current && o.GetKind() == "Organization" && !l.served(ctx, o) {
		problems = append(problems, "is healthy without what it needs")
	}
	return problems
}

// served reports whether an organization has its namespace and its host's route, or is being deleted meanwhile.
func (l *onlooker) served(ctx context.Context, o *unstructured.Unstructured) bool {
	route := &unstructured.Unstructured{}
	route.SetAPIVersion("networking.k8s.io/v1")
	route.SetKind("Ingress")
	route.SetNamespace(namespaceOf(o.GetName()))
	route.SetName("polyorg-access")
	if l.c.Platform.Get(ctx, client.ObjectKeyFromObject(route), route) == nil || ctx.Err() != nil {
		return true
	}
	err := l.c.Platform.Get(ctx, client.ObjectKeyFromObject(o), o)
	return err != nil || o.GetDeletionTimestamp() != nil
}

// judge fails if a judge was ever wrong, or if there were too few verdicts to mean anything.
func (l *onlooker) judge() {
	GinkgoHelper()
	l.mu.Lock()
	defer l.mu.Unlock()
	AddReportEntry("states judged", fmt.Sprint(l.states))
	Expect(l.wrong).To(BeEmpty())
	Expect(l.states).To(And(HaveKey(inProgress), HaveKey(current)))
}
