// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/polyorg/polyorg/internal/admission"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
)

// serveJournal judges as the operator does, without its controllers.
func serveJournal(_ context.Context, mgr manager.Manager, debug *http.ServeMux) (healthz.Checker, error) {
	live, err := client.NewWithWatch(mgr.GetConfig(), client.Options{Scheme: mgr.GetScheme()})
	if err != nil {
		return nil, err
	}
	reviews, err := authorizationclient.NewForConfig(mgr.GetConfig())
	if err != nil {
		return nil, err
	}
	actors, err := identity.NewActors("", reviews)
	if err != nil {
		return nil, err
	}
	var use journalCounts
	view := facts.NewView(baseDomain)
	log := journal.New(use.observe(live), view, systemNamespace)
	admission.Setup(mgr, &admission.Validator{Actors: actors, Journal: log, Clock: clock.RealClock{}})
	debug.HandleFunc("/journal", func(w http.ResponseWriter, _ *http.Request) { answer(w, use.now()) })
	debug.HandleFunc("/judge/{organizations}", func(w http.ResponseWriter, r *http.Request) {
		organizations, err := strconv.Atoi(r.PathValue("organizations"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer(w, judge(r.Context(), log, organizations))
	})
	if err := mgr.Add(&facts.Watcher{View: view, Client: live}); err != nil {
		return nil, err
	}
	return log.Ready, mgr.Add(log)
}

// journalUse is how the journal was used.
type journalUse struct{ Commits, Conflicts, Reads, Entries int64 }

// journalCounts counts the uses of the journal as they happen.
type journalCounts struct{ commits, conflicts, reads, entries atomic.Int64 }

func (n *journalCounts) now() journalUse {
	return journalUse{Commits: n.commits.Load(), Conflicts: n.conflicts.Load(), Reads: n.reads.Load(), Entries: n.entries.Load()}
}

func (n *journalCounts) observe(c client.WithWatch) client.WithWatch {
	return interceptor.NewClient(c, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
			if _, is := entriesOf(obj); is {
				n.reads.Add(1)
			}
			return c.Get(ctx, key, obj, opts...)
		},
		Update: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.UpdateOption) error {
			err := c.Update(ctx, obj, opts...)
			if entries, is := entriesOf(obj); is {
				n.written(int64(entries), err)
			}
			return err
		},
	})
}

func (n *journalCounts) written(entries int64, err error) {
	switch {
	case err == nil:
		n.commits.Add(1)
		n.entries.Add(entries)
	case apierrors.IsConflict(err):
		n.conflicts.Add(1)
	}
}

// entriesOf is how many changes are in flight, if the object is the journal. Nothing else here knows how the journal is stored.
func entriesOf(obj client.Object) (entries int, is bool) {
	m, is := obj.(*corev1.ConfigMap)
	if !is || m.Name != journal.Name {
		return 0, false
	}
	return strings.Count(m.Data["entries"], "\n"), true
}
