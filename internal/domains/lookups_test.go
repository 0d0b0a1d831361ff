// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/polyorg/polyorg/internal/rules"
)

// gate is a resolver whose look-ups end when it is opened.
type gate struct {
	open chan struct{}

	mutex            sync.Mutex
	inside, greatest int
	asked            map[string]int
}

func newGate() *gate { return &gate{open: make(chan struct{}), asked: map[string]int{}} }

func (g *gate) Look(ctx context.Context, c Challenge) (rules.DomainLook, error) {
	g.enter(c.Name)
	select {
	case <-g.open:
	case <-ctx.Done():
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.inside--
	return rules.DomainLook{Answer: rules.DomainFound}, nil
}

func (g *gate) enter(name string) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.inside++
	g.greatest = max(g.greatest, g.inside)
	g.asked[name]++
}

func (g *gate) within() int {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.inside
}

// running runs look-ups until the test ends, and tells of each that ends.
func running(t *testing.T, l *Lookups) <-chan string {
	t.Helper()
	ended, stopped := make(chan string, 1000), make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(stopped)
		l.Run(ctx, func(organization string) { ended <- organization })
	}()
	t.Cleanup(func() { cancel(); <-stopped })
	return ended
}

// await waits until something is so.
func await(t *testing.T, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); {
		if time.Now().After(deadline) {
			t.Fatal("it did not become so")
		}
		time.Sleep(time.Millisecond)
	}
}

func question(domain string) Question {
	return Question{Holder: "uid", Domain: domain, Challenge: Challenge{Name: rules.ChallengeName(domain), Value: value}}
}

func TestA8ABoundedNumberOfLookUpsAtOnce(t *testing.T) {
	g := newGate()
	l := NewLookups(g)
	ended := running(t, l)
	for i := range 3 * atOnce {
		l.Ask(fmt.Sprint("org-", i), question(fmt.Sprintf("crm-%d.zylker.com", i)))
	}
	await(t, func() bool { return g.within() == atOnce })
	close(g.open)
	for range 3 * atOnce {
		<-ended
	}
	if g.greatest != atOnce || len(g.asked) != 3*atOnce {
		t.Errorf("%d at once, of %d", g.greatest, len(g.asked))
	}
}

func TestA8AnOrganizationHasOneLookUpAtATime(t *testing.T) {
	g := newGate()
	l := NewLookups(g)
	ended := running(t, l)
	l.Ask("zylker", question("crm.zylker.com"))
	await(t, func() bool { return g.within() == 1 })
	l.Ask("zylker", question("other.zylker.com"))
	if _, there := l.Take("zylker"); there {
		t.Error("there is a result before the look-up ended")
	}
	close(g.open)
	if name := <-ended; name != "zylker" {
		t.Errorf("told of %s", name)
	}
	r, there := l.Take("zylker")
	if !there || r.Domain != "crm.zylker.com" || r.Look.Answer != rules.DomainFound {
		t.Errorf("got %+v, %v", r, there)
	}
	if _, again := l.Take("zylker"); again || len(g.asked) != 1 {
		t.Errorf("a result was taken twice, or something else was asked: %v", g.asked)
	}
	l.Ask("zylker", question("other.zylker.com"))
	if <-ended; g.asked[rules.ChallengeName("other.zylker.com")] != 1 {
		t.Errorf("the next question was not asked: %v", g.asked)
	}
}

func TestA8AnOldResultIsNoneOfANewQuestion(t *testing.T) {
	g := newGate()
	close(g.open)
	l := NewLookups(g)
	ended := running(t, l)
	l.Ask("zylker", question("crm.zylker.com"))
	<-ended
	l.Ask("zylker", question("other.zylker.com"))
	<-ended
	if r, _ := l.Take("zylker"); r.Domain != "other.zylker.com" {
		t.Errorf("got %+v", r)
	}
}

func TestLookUpsThatTheOperatorBreaksOffSayNothing(t *testing.T) {
	g := newGate()
	l := NewLookups(g)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		l.Run(ctx, func(organization string) { t.Errorf("told of %s", organization) })
	}()
	l.Ask("zylker", question("crm.zylker.com"))
	await(t, func() bool { return g.within() == 1 })
	stop()
	<-stopped
	if r, there := l.Take("zylker"); there {
		t.Errorf("got %+v", r)
	}
}

// foundSoFar is what the metric of records that were found says.
func foundSoFar(t *testing.T) float64 {
	t.Helper()
	var m dto.Metric
	if err := lookups.WithLabelValues("found").Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}

func TestLookUpsAreCountedByTheirAnswer(t *testing.T) {
	before := foundSoFar(t)
	g := newGate()
	close(g.open)
	l := NewLookups(g)
	ended := running(t, l)
	l.Ask("zylker", question("crm.zylker.com"))
	<-ended
	if after := foundSoFar(t); after != before+1 {
		t.Errorf("%v after %v", after, before)
	}
	for _, answer := range []rules.DomainAnswer{rules.DomainFound, rules.DomainNotFound, rules.DomainUnknown} {
		if counted[answer] == "" {
			t.Errorf("%s is not counted", answer)
		}
	}
}
