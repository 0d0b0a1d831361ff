// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
)

// MarkerName is the ConfigMap that shows that a journal has been open in this cluster. A cluster's first journal may open at once, because
// nothing was ever admitted. Without the marker a journal that replaces a deleted one would look like the first.
const MarkerName = "polyorg-journal-opened"

// closure is a closed journal, as this replica has watched it. Only the replica that opens a closed journal writes it. So another version
// is another closure, and this replica may have missed changes that were admitted in between.
type closure struct {
	uid     types.UID
	version string
	from    since
	anew    bool // a journal was open before it
	known   bool // whether that is so
}

// isOpen reports whether this replica may judge on the journal: it is open, and of a format that this version writes. Where a later version
// is at work this replica is not ready, so that its requests go to the others.
func (j *Journal) isOpen(ctx context.Context) (bool, error) {
	if j.state.format > Format {
		j.ready.Store(false)
		return false, fmt.Errorf("the journal is of format %d, and this version writes %d: a later version is at work, and this replica judges nothing", j.state.format, Format)
	}
	if j.state.echoesItself() {
		j.closed = closure{}
		openGauge.Set(1)
		return true, j.mark(ctx)
	}
	if stored := j.state.object; j.closed.uid != stored.UID || j.closed.version != stored.ResourceVersion {
		j.closed = closure{uid: stored.UID, version: stored.ResourceVersion, from: j.Clock.Now()}
		openGauge.Set(0)
		log.FromContext(ctx).Info("The journal is closed: it was made anew, restored, copied or written over", "uid", j.closed.uid)
	}
	return false, j.reopen(ctx)
}

// reopen opens a journal that does not echo its own UID. Every change that the journal before it admitted must be stored, or must never be
// able to be stored. In a new cluster that is so at once, otherwise after the drop time. Its entries belong to another journal and are
// void. The fences are read live, so that each replica that judges has seen all that was stored until then.
func (j *Journal) reopen(ctx context.Context) error {
	if !j.closed.known {
		first, err := j.isFirst(ctx)
		if err != nil {
			return err
		}
		j.closed.anew, j.closed.known = !first, true
	}
	if j.closed.anew && j.Clock.Since(j.closed.from) < j.DropTime {
		return nil
	}
	fences := map[string]string{}
	if j.closed.anew {
		var err error
		if fences, err = j.versions(ctx); err != nil {
			return err
		}
	}
	log.FromContext(ctx).Info("Opening the journal", "first", !j.closed.anew, "uid", j.state.object.UID)
	dropped.WithLabelValues(causeVoid).Add(float64(len(j.state.overlay.Entries())))
	j.state.clear(fences)
	_, err := j.commit(ctx)
	return err
}

// isFirst reports whether no journal was ever open here: there is no marker, and no object that a journal could have admitted.
func (j *Journal) isFirst(ctx context.Context) (bool, error) {
	called, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err := j.Client.Get(called, client.ObjectKey{Namespace: j.Namespace, Name: MarkerName}, &corev1.ConfigMap{})
	if !apierrors.IsNotFound(err) {
		return false, err
	}
	for _, kind := range facts.Kinds() {
		list, err := j.glance(ctx, kind)
		if err != nil || len(list.Items) > 0 {
			return false, err
		}
	}
	return true, nil
}

// versions reads the present resource version of each kind live.
func (j *Journal) versions(ctx context.Context) (map[string]string, error) {
	versions := map[string]string{}
	for _, kind := range facts.Kinds() {
		list, err := j.glance(ctx, kind)
		if err != nil {
			return nil, err
		}
		versions[kind] = list.ResourceVersion
	}
	return versions, nil
}

// glance lists a kind live, one object at most.
func (j *Journal) glance(ctx context.Context, kind string) (*metav1.PartialObjectMetadataList, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
	return list, j.Client.List(ctx, list, client.Limit(1))
}

// mark writes the marker, once.
func (j *Journal) mark(ctx context.Context) error {
	if j.marked {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err := j.Client.Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: j.Namespace, Name: MarkerName},
		Data:       map[string]string{"why": "a journal was open in this cluster: one made anew waits until all that was admitted before is stored"},
	})
	j.marked = err == nil || apierrors.IsAlreadyExists(err)
	return client.IgnoreAlreadyExists(err)
}
