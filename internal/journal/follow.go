// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/facts"
)

// follow watches the journal until the context ends, so that this replica knows the writes of others without asking. That only saves reads
// and conflicts: a write is by compare-and-swap, and a refusal reads live, whatever the watch has brought.
func (j *Journal) follow(ctx context.Context) {
	only := fields.OneTermEqualSelector(metav1.ObjectNameField, Name).String()
	lw := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.FieldSelector = only
			list := &corev1.ConfigMapList{}
			return list, j.Client.List(ctx, list, &client.ListOptions{Namespace: j.Namespace, Raw: &o})
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.FieldSelector = only
			return j.Client.Watch(ctx, &corev1.ConfigMapList{}, &client.ListOptions{Namespace: j.Namespace, Raw: &o})
		},
	}
	cache.NewNamedReflector("journal", lw, &corev1.ConfigMap{}, mailbox{j}, 0).RunWithContext(ctx)
}

// mailbox keeps the newest journal that the watch brought.
type mailbox struct{ *Journal }

var _ cache.ReflectorStore = mailbox{}

func (m mailbox) put(obj any) error {
	stored, ok := obj.(*corev1.ConfigMap)
	if !ok {
		return fmt.Errorf("watch of the journal brought %T", obj)
	}
	m.newest.Store(stored)
	select {
	case m.news <- struct{}{}:
	default: // the one before has not been read yet
	}
	return nil
}

// Add keeps a journal.
func (m mailbox) Add(obj any) error { return m.put(obj) }

// Update keeps a journal.
func (m mailbox) Update(obj any) error { return m.put(obj) }

// Delete does nothing: the next writer finds out.
func (m mailbox) Delete(any) error { return nil }

// Replace keeps a journal, if there is one.
func (m mailbox) Replace(list []any, _ string) error {
	for _, obj := range list {
		if err := m.put(obj); err != nil {
			return err
		}
	}
	return nil
}

// Resync does nothing.
func (m mailbox) Resync() error { return nil }

// catchUp takes the journal that the watch brought, if it is newer than the known one.
func (j *Journal) catchUp(ctx context.Context) {
	seen := j.newest.Load()
	if seen == nil || j.latest != "" && !facts.Later(seen.ResourceVersion, j.latest) {
		return
	}
	j.pace.saw(j.Clock.Now())
	j.fail(ctx, j.adopt(seen))
}
