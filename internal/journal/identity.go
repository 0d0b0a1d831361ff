// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// markerName is the ConfigMap that remembers which journal was opened. Without it a cluster's first journal, which may open
// at once because nothing was ever admitted, could not be told from one that replaces a deleted journal.
const markerName = "polyorg-journal"

const markerKey = "journal-uid"

// usable reports whether the journal may be judged on: it is open, and of a format that this version writes.
func (j *Journal) usable(ctx context.Context) bool {
	if j.state.object.Spec.Format > Format {
		log.FromContext(ctx).Info("The journal is written by a later version; this replica judges nothing", "format", j.state.object.Spec.Format)
		return false
	}
	if j.state.open() {
		j.closedAt = since{}
		return true
	}
	if j.closedAt.IsZero() {
		j.closedAt = j.Clock.Now()
	}
	if err := j.reopen(ctx); err != nil {
		log.FromContext(ctx).Error(err, "Could not open the journal")
	}
	return j.state != nil && j.state.open()
}

// reopen opens a journal that does not echo its own UID. Whatever it holds belongs to another journal, and its fences are void.
// It waits for the drop time, so that everything admitted by the journal before has been stored or never will be.
func (j *Journal) reopen(ctx context.Context) error {
	marker, first, err := j.marker(ctx)
	if err != nil {
		return err
	}
	own := string(j.state.object.UID)
	next := j.state.object.DeepCopy()
	next.Spec = v1alpha1.JournalSpec{Format: Format, UID: next.UID}
	if !first && marker.Data[markerKey] != own {
		if j.Clock.Since(j.closedAt) < j.DropTime {
			return nil
		}
		marker.Data = map[string]string{markerKey: own}
		if err := j.Client.Update(ctx, marker); err != nil {
			return err
		}
		for kind, version := range j.View.Versions() {
			next.Spec.Fences = append(next.Spec.Fences, v1alpha1.JournalFence{Kind: kind, ResourceVersion: version})
		}
	}
	_, err = j.commit(ctx, newState(next))
	return err
}

// marker reads the marker, or makes it: then this is the first journal ever.
func (j *Journal) marker(ctx context.Context) (marker *corev1.ConfigMap, first bool, err error) {
	marker = &corev1.ConfigMap{}
	err = j.Client.Get(ctx, client.ObjectKey{Namespace: j.Namespace, Name: markerName}, marker)
	if !apierrors.IsNotFound(err) {
		return marker, false, err
	}
	marker = &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: j.Namespace, Name: markerName},
		Data:       map[string]string{markerKey: string(j.state.object.UID)},
	}
	return marker, true, j.Client.Create(ctx, marker)
}
