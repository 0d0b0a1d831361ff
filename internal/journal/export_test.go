// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// The simulation needs these parts that are not exported, and no others. A change of the journal's inside needs a change only here.

// ByHand is a journal that runs step by step, as Start and Submit would run it.
type ByHand struct {
	*Journal
	asked   []*request // since the last round began
	waiting []*request
}

// Pending is a change that was submitted to a journal.
type Pending struct{ *request }

// Put submits a change, as Submit does.
func (b *ByHand) Put(ctx context.Context, c *Change) Pending {
	r := b.newRequest(ctx, c)
	b.asked = append(b.asked, r)
	return Pending{r}
}

// Answered reports whether the journal has answered.
func (p Pending) Answered() bool { return len(p.answer) > 0 }

// Answer is the answer.
func (p Pending) Answer() (rules.Violations, error) {
	a := <-p.answer
	return a.violations, a.err
}

// Exists is the check that Submit makes when the name of a creation is held.
func (b *ByHand) Exists(ctx context.Context, c *Change) error { return b.exists(ctx, c) }

// Round is one turn of Start's loop. It reports whether another is due at once, or else how long the loop would pause.
func (b *ByHand) Round(ctx context.Context) (again bool, pause time.Duration) {
	waiting := slices.Concat(b.waiting, b.asked)
	b.asked = nil
	b.waiting, again = b.round(ctx, waiting)
	return again, b.pause(b.waiting)
}

// Asked reports whether a request came since the last round began.
func (b *ByHand) Asked() bool { return len(b.asked) > 0 }

// Waits reports whether a request waits for an answer.
func (b *ByHand) Waits() bool { return len(b.waiting) > 0 }

// WaitsFor reports whether a change of some sort waits.
func (b *ByHand) WaitsFor(sort func(*Change) bool) bool {
	return slices.ContainsFunc(b.waiting, func(r *request) bool { return sort(r.Change) })
}

// Yields reports whether a change must wait because others have their turn.
func (b *ByHand) Yields(c *Change) bool { return b.yields(&request{Change: c}) }

// Bring is what the watch of the journal does.
func (b *ByHand) Bring(stored client.Object) error { return mailbox{b.Journal}.Update(stored) }

// Heard reports whether the watch has brought something that Start's loop has not taken in.
func (b *ByHand) Heard() bool { return len(b.news) > 0 }

// TakeIn does what Start's loop then does.
func (b *ByHand) TakeIn() {
	<-b.news
	b.catchUp(context.Background())
}

// PauseEnds is what Start's loop does when its pause is over.
func (b *ByHand) PauseEnds() { b.pauseEnds() }

// Failed is why the replica has to start anew; nil: it has not.
func (b *ByHand) Failed() error { return b.failed }

// Judges reports whether this replica could judge now, on the journal that is stored.
func (b *ByHand) Judges(stored client.Object) bool {
	return b.state != nil && b.state.object.ResourceVersion == stored.GetResourceVersion() && b.state.echoesItself() && b.View.Reached(b.state.fences)
}

// OpenJournal is a journal without entries, as in a cluster that has run for long.
func OpenJournal(namespace string, uid types.UID) client.Object {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: Name, UID: uid},
		Data:       (&Record{Format: Format, UID: uid}).data(),
	}
}

// IsJournal reports whether an object is where the journal is stored.
func IsJournal(o client.Object) bool {
	_, ok := o.(*corev1.ConfigMap)
	return ok && o.GetName() == Name
}

// JournalKey is where the journal is stored.
func JournalKey(namespace string) client.ObjectKey {
	return client.ObjectKey{Namespace: namespace, Name: Name}
}

// StoredEntries are the entries of a stored journal.
func StoredEntries(stored client.Object) []*facts.Entry { return recordOf(stored).Entries }

// StoredFences are its fences.
func StoredFences(stored client.Object) map[string]string { return recordOf(stored).Fences }

// recordOf is the record of a stored journal; empty if it is damaged.
func recordOf(stored client.Object) *Record {
	if r, err := Parse(stored.(*corev1.ConfigMap)); err == nil {
		return r
	}
	return &Record{}
}

// Damage writes over a journal, as somebody might by hand: it does not repeat its own UID any more.
func Damage(stored client.Object) { delete(stored.(*corev1.ConfigMap).Data, keyUID) }
