// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"strconv"

	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/journal"
)

// stream is one replica's watch of one kind. Its events come in order, as late as the simulation likes, and independently of the streams of
// other kinds.
type stream struct {
	kind     string
	store    cache.ReflectorStore
	position int   // in the kind's log
	reached  int64 // revision
	synced   bool
	pace     float64 // how often it moves when it could
}

// move brings the next thing, whatever that is.
func (s *simulation) move(r *replica, st *stream) {
	switch {
	case !st.synced, s.happens(s.chance.relist):
		s.relist(r, st)
	case st.position < len(s.server.byKind[st.kind]):
		s.deliver(r, st)
	default:
		s.bookmark(r, st)
	}
}

func (s *simulation) deliver(r *replica, st *stream) {
	e := s.server.byKind[st.kind][st.position]
	st.position++
	st.reached = e.revision
	change := st.store.Update
	if e.gone {
		change = st.store.Delete
	}
	s.trace("%s sees %s@%d, gone: %t", r.name, e.key, e.revision, e.gone)
	s.must(change(e.object))
}

// bookmark tells that nothing more happened to the kind up to now.
func (s *simulation) bookmark(r *replica, st *stream) {
	if st.reached == s.server.revision {
		return
	}
	st.reached = s.server.revision
	s.trace("%s has %s up to %d", r.name, st.kind, st.reached)
	s.must(st.store.(cache.ReflectorBookmarkStore).Bookmark(strconv.FormatInt(st.reached, 10)))
}

// catchUp lets all of a replica's watches move but the slow ones.
func (s *simulation) catchUp(r *replica) {
	for _, st := range r.streams {
		if st.pace == 1 && !r.still() {
			s.move(r, st)
		}
	}
}

// still reports whether nothing moves here.
func (r *replica) still() bool { return r.stopped || r.clock.suspended }

// bookmarks come to all watches that have brought all that they have.
func (s *simulation) bookmarks(r *replica) {
	for _, st := range r.streams {
		if st.synced && st.position == len(s.server.byKind[st.kind]) && s.happens(st.pace) {
			s.bookmark(r, st)
		}
	}
}

// relist is a watch that was cut. An API server lists the kind; it may be behind, but never behind the version that this client has seen.
// Objects that came and went since are never seen.
func (s *simulation) relist(r *replica, st *stream) {
	oldest := max(st.reached, s.founded, s.server.revision-staleBy)
	at := oldest + s.rng.Int64N(s.server.revision-oldest+1)
	var list []any
	for _, o := range s.server.at(st.kind, at).sorted() {
		list = append(list, o)
	}
	log := s.server.byKind[st.kind]
	for st.position < len(log) && log[st.position].revision <= at {
		st.position++
	}
	st.reached, st.synced = at, true
	s.trace("%s lists %s@%d", r.name, st.kind, at)
	s.must(st.store.Replace(list, strconv.FormatInt(at, 10)))
}

// journalStore is where the watch of the journal writes.
type journalStore struct{ *journal.ByHand }

func (j journalStore) Add(o any) error    { return j.Update(o) }
func (j journalStore) Update(o any) error { return j.see(o.(client.Object)) }
func (j journalStore) Delete(any) error   { return nil }
func (j journalStore) Replace(list []any, _ string) error {
	for _, o := range list {
		if err := j.Update(o); err != nil {
			return err
		}
	}
	return nil
}
func (j journalStore) Resync() error         { return nil }
func (j journalStore) Bookmark(string) error { return nil }

func (j journalStore) see(o client.Object) error {
	if !journal.IsJournal(o) {
		return nil
	}
	return j.Bring(o)
}

// staleBy is how many revisions the API server that answers a list may be behind.
const staleBy = 30
