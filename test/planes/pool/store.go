// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

const (
	// pause is how long a store must be at rest, twice. The API server compiles admission policies anew once a second.
	pause = 600 * time.Millisecond
	// patience bounds that wait after the start: on a busy machine, Kubernetes' controllers need some seconds for their objects.
	patience = time.Minute
	// trouble is how long a restoration may take. After that a new control plane is cheaper.
	trouble = 20 * time.Second
)

// everything is the prefix of all objects of the API server.
const everything = "/registry/"

// itsOwn are prefixes that the control plane itself writes again and again. No suite writes there, so they are left alone.
var itsOwn = []string{
	everything + "apiregistration.k8s.io/apiservices/", // follows the kinds
	everything + "leases/kube-system/",
	everything + "masterleases/",
	everything + "peerserverleases/",
	everything + "ranges/",
	everything + "serviceaccounts/kube-system/",
}

// store restores the objects of a control plane. It writes to etcd, past the API server, which sees the change by its watches, as it sees
// another API server's writes. So it takes moments, and no finalizer, policy or webhook can prevent it.
type store struct {
	etcd      etcd
	values    map[string][]byte
	revisions map[string]int64 // of the same keys, until a suite changes them
}

func newStore(dir string) *store { return &store{etcd: newEtcd(dir)} }

// remember takes the state of the store, when the controllers have made their own objects and the store is at rest.
func (s *store) remember(ctx context.Context) error {
	var last map[string]int64
	err := wait.PollUntilContextTimeout(ctx, pause, patience, true, func(ctx context.Context) (bool, error) {
		all, err := s.etcd.list(ctx, everything, false)
		now := revisions(all)
		rests := err == nil && isFurnished(all) && maps.Equal(last, now)
		last = now
		return rests, err
	})
	if err != nil {
		return fmt.Errorf("a new control plane does not come to rest: %w", err)
	}
	all, err := s.etcd.list(ctx, everything, true)
	if err != nil {
		return err
	}
	s.values, s.revisions = map[string][]byte{}, map[string]int64{}
	for _, each := range all {
		if !isItsOwn(each.key) {
			s.values[each.key], s.revisions[each.key] = each.value, each.revision
		}
	}
	return nil
}

// restore returns when the store has equalled the remembered state for a while. It reports whether Kubernetes' controllers must start anew.
func (s *store) restore(ctx context.Context) (anew bool, err error) {
	rested := false
	var last []change // the last differences
	err = wait.PollUntilContextTimeout(ctx, pause, trouble, true, func(ctx context.Context) (bool, error) {
		was := rested
		left, err := s.correct(ctx)
		rested = len(left) == 0
		if !rested {
			last = left
		}
		anew = anew || outdatesControllers(left)
		return was && rested, err
	})
	if err != nil {
		return anew, fmt.Errorf("%w; at last these differed: %v", err, keysOf(last))
	}
	return anew, nil
}

// crowd is how many namespaces the controllers furnish within a pause. They work through more of them later, when the store seems at rest,
// and would write into what a later suite has.
const crowd = 20

// outdatesControllers reports whether the controllers cannot follow corrections in time. They learn of kinds too slowly, and have work
// left for each of many namespaces.
func outdatesControllers(corrected []change) bool {
	namespaces := 0
	for _, c := range corrected {
		if strings.HasPrefix(c.key, everything+"namespaces/") {
			namespaces++
		}
	}
	return namespaces > crowd || slices.ContainsFunc(corrected, isKind)
}

func keysOf(changes []change) []string {
	keys := make([]string, len(changes))
	for i, c := range changes {
		keys[i] = c.key
	}
	return keys[:min(len(keys), 10)]
}

func isKind(c change) bool {
	return strings.HasPrefix(c.key, everything+"apiextensions.k8s.io/customresourcedefinitions/")
}

// correct removes new objects, and puts back those that were changed or removed. It returns these corrections.
func (s *store) correct(ctx context.Context) ([]change, error) {
	now, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	var changes []change
	for key := range now {
		if _, known := s.values[key]; !known {
			changes = append(changes, change{key: key})
		}
	}
	for key, value := range s.values {
		if now[key] != s.revisions[key] {
			changes = append(changes, change{key: key, value: value})
		}
	}
	if err := s.etcd.apply(ctx, changes); err != nil {
		return nil, err
	}
	for _, c := range changes {
		if c.value != nil {
			s.revisions[c.key] = c.revision
		}
	}
	return changes, nil
}

// list has the revision of each object that is not the control plane's own.
func (s *store) list(ctx context.Context) (map[string]int64, error) {
	all, err := s.etcd.list(ctx, everything, false)
	return revisions(all), err
}

func revisions(all []pair) map[string]int64 {
	of := map[string]int64{}
	for _, each := range all {
		if !isItsOwn(each.key) {
			of[each.key] = each.revision
		}
	}
	return of
}

// isFurnished reports whether the controllers have made their objects: those of every namespace, and the rules of aggregated roles. Later
// ones would count as a suite's objects.
func isFurnished(all []pair) bool {
	written := map[string]pair{}
	for _, each := range all {
		written[each.key] = each
	}
	for key := range written {
		if name, ok := strings.CutPrefix(key, everything+"namespaces/"); ok {
			_, account := written[everything+"serviceaccounts/"+name+"/default"]
			_, authority := written[everything+"configmaps/"+name+"/kube-root-ca.crt"]
			if !account || !authority {
				return false
			}
		}
	}
	for _, name := range []string{"admin", "edit", "view"} {
		if role := written[everything+"clusterroles/"+name]; role.revision == role.created {
			return false
		}
	}
	return true
}

func isItsOwn(key string) bool {
	for _, prefix := range itsOwn {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}
