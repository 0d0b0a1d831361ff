// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/status"
)

func namespaceOf(org *v1alpha1.Organization) string { return v1alpha1.NamespacePrefix + org.Name }

// keepNamespace makes the organization's namespace, or finds it. A namespace without our label belongs to somebody else.
func (r *Reconciler) keepNamespace(ctx context.Context, o *observed, say status.Conditions, now time.Time) (ours bool, err error) {
	org := o.org
	var ns corev1.Namespace
	err = r.Client.Get(ctx, client.ObjectKey{Name: namespaceOf(org)}, &ns)
	switch {
	case apierrors.IsNotFound(err):
		err = r.createNamespace(ctx, org)
	case err != nil:
	case !isOurs(&ns, org):
		org.Status.Namespace = ""
		say.False(v1alpha1.ConditionNamespaceReady, v1alpha1.ReasonNamespaceNotOurs, notOurs(&ns))
		say.Stalled(v1alpha1.ReasonNamespaceNotOurs, notOurs(&ns))
		return false, nil
	case ns.DeletionTimestamp != nil:
		org.Status.Namespace = ""
		say.False(v1alpha1.ConditionNamespaceReady, v1alpha1.ReasonNamespaceTerminating, "A former namespace of that name goes away")
		say.Waiting(v1alpha1.ReasonNamespaceTerminating, "A former namespace of that name goes away")
		return false, nil
	default:
		o.again, err = r.guard(ctx, &ns, org, now)
	}
	if err != nil {
		return false, err
	}
	org.Status.Namespace = namespaceOf(org)
	say.True(v1alpha1.ConditionNamespaceReady, v1alpha1.ReasonNamespaceAvailable, "The namespace is there")
	return true, nil
}

func isOurs(ns *corev1.Namespace, org *v1alpha1.Organization) bool {
	return ns.Labels[v1alpha1.OrganizationLabel] == org.Name
}

func notOurs(ns *corev1.Namespace) string {
	return fmt.Sprintf("The namespace %s was there before and is not labelled for this organization; if it is meant to be its namespace, label it %s=%s, else delete or rename one of the two",
		ns.Name, v1alpha1.OrganizationLabel, strings.TrimPrefix(ns.Name, v1alpha1.NamespacePrefix))
}

// createNamespace creates and does not apply: an apply would take over a namespace that somebody made a moment ago.
func (r *Reconciler) createNamespace(ctx context.Context, org *v1alpha1.Organization) error {
	labels := child.Labels(org)
	labels[v1alpha1.OrganizationUIDLabel] = string(org.UID)
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespaceOf(org), Labels: labels}}
	if err := r.Client.Create(ctx, ns, client.FieldOwner(v1alpha1.FieldOwner)); err != nil {
		return fmt.Errorf("create namespace: %w", err)
	}
	return nil
}

// +kubebuilder:rbac:groups="",resources=namespaces,verbs=patch

// deletableFor is the time for which a namespace may be deleted after the deletion of its organization was admitted, if the organization lives.
// The API server ends a request after 34 s at most. So by then the deletion has been carried out, or never will be.
const deletableFor = time.Minute

// guard marks the namespace of a living organization, and returns when to look again at one that is open meanwhile.
func (r *Reconciler) guard(ctx context.Context, ns *corev1.Namespace, org *v1alpha1.Organization, now time.Time) (again time.Duration, err error) {
	if ns.Labels[v1alpha1.OrganizationUIDLabel] == string(org.UID) {
		if again = openUntil(ns).Sub(now); again > 0 {
			return again, nil
		}
	}
	return 0, r.mark(ctx, ns, string(org.UID), "")
}

// openUntil is when a namespace is to be guarded again; long past where nobody opened it.
func openUntil(ns *corev1.Namespace) time.Time {
	since, err := strconv.ParseInt(ns.Labels[v1alpha1.OrganizationEndingLabel], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(since, 0).Add(deletableFor)
}

// permitEnd permits the deletion of the namespace of an organization that ends. Admission does it first, where it was asked.
func (r *Reconciler) permitEnd(ctx context.Context, org *v1alpha1.Organization, now time.Time) error {
	var ns corev1.Namespace
	if err := r.Client.Get(ctx, client.ObjectKey{Name: namespaceOf(org)}, &ns); err != nil {
		return client.IgnoreNotFound(err)
	}
	uid := string(org.UID)
	if ns.Labels[v1alpha1.OrganizationUIDLabel] != uid || ns.Labels[v1alpha1.OrganizationEndingLabel] != "" {
		return nil
	}
	return client.IgnoreNotFound(r.mark(ctx, &ns, uid, strconv.FormatInt(now.Unix(), 10)))
}

// mark labels a namespace with its organization, if any, and the time since when that ends. The policy in config/policy guards only
// namespaces that are marked and do not end (O7). The operator changes nothing else of a namespace.
func (r *Reconciler) mark(ctx context.Context, ns *corev1.Namespace, uid, ending string) error {
	before := ns.DeepCopy()
	for label, value := range map[string]string{v1alpha1.OrganizationUIDLabel: uid, v1alpha1.OrganizationEndingLabel: ending} {
		if ns.Labels[label] = value; value == "" {
			delete(ns.Labels, label)
		}
	}
	if maps.Equal(before.Labels, ns.Labels) {
		return nil
	}
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, ns, patch, client.FieldOwner(v1alpha1.FieldOwner)); err != nil {
		return fmt.Errorf("mark namespace: %w", err)
	}
	return nil
}

// unmark removes the mark from the namespace of an organization that does not exist any more, so that somebody can delete it. This is for
// an Organization whose finalizer was removed by hand. The operator does not delete the namespace itself: the Organization may be about to
// be restored (R8).
func (r *Reconciler) unmark(ctx context.Context, name string) error {
	var ns corev1.Namespace
	if err := r.Client.Get(ctx, client.ObjectKey{Name: v1alpha1.NamespacePrefix + name}, &ns); err != nil {
		return client.IgnoreNotFound(err)
	}
	if ns.DeletionTimestamp != nil || ns.Labels[v1alpha1.OrganizationUIDLabel] == "" {
		return nil
	}
	if err := r.Live.Get(ctx, client.ObjectKey{Name: name}, &v1alpha1.Organization{}); !apierrors.IsNotFound(err) {
		return err
	}
	return client.IgnoreNotFound(r.mark(ctx, &ns, "", ""))
}
