// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"cmp"
	"context"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const lease = "polyorg-operator"

// leader: one replica runs the controllers.
func (d *Doctor) leader(ctx context.Context) []Finding {
	const part = "leader"
	const do = "see that replicas run, and that they may write the Lease " + lease
	l, err := d.lease(ctx)
	if err == nil && d.isLate(l) {
		l, err = d.leaseAgain(ctx, l)
	}
	switch {
	case apierrors.IsNotFound(err):
		return []Finding{{part, Fault, "no replica has ever led, so nothing is carried out", do}}
	case err != nil:
		return unseen(part, err)
	case d.isLate(l):
		renewed := ptr.Deref(l.Spec.RenewTime, metav1.MicroTime{})
		return []Finding{{part, Fault, "no replica leads since " + renewed.UTC().Format(time.DateTime) + " UTC, so nothing is carried out", do}}
	}
	return []Finding{{part, OK, *l.Spec.HolderIdentity + " runs the controllers", ""}}
}

func (d *Doctor) lease(ctx context.Context) (*coordinationv1.Lease, error) {
	l := &coordinationv1.Lease{}
	return l, d.Client.Get(ctx, client.ObjectKey{Namespace: d.Namespace, Name: lease}, l)
}

// isLate reports whether nobody has renewed a Lease in time, by the clock here.
func (d *Doctor) isLate(l *coordinationv1.Lease) bool {
	renewed := ptr.Deref(l.Spec.RenewTime, metav1.MicroTime{})
	lasts := time.Duration(ptr.Deref(l.Spec.LeaseDurationSeconds, 15)) * time.Second
	return ptr.Deref(l.Spec.HolderIdentity, "") == "" || d.Now.Sub(renewed.Time) > lasts
}

// leaseAgain looks a second time at a Lease that seems late. If it was renewed meanwhile, the clock here is fast, and its own time counts.
func (d *Doctor) leaseAgain(ctx context.Context, before *coordinationv1.Lease) (*coordinationv1.Lease, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(d.Patience):
	}
	l, err := d.lease(ctx)
	if err == nil && !l.Spec.RenewTime.Equal(before.Spec.RenewTime) {
		d.Now = ptr.Deref(l.Spec.RenewTime, metav1.MicroTime{}).Time
	}
	return l, err
}

// pods: all of the operator's pods are ready. There is nothing to say where it runs outside of pods.
func (d *Doctor) pods(ctx context.Context) (all []Finding) {
	const part = "pods"
	var pods corev1.PodList
	err := d.Client.List(ctx, &pods, client.InNamespace(d.Namespace), client.MatchingLabels{"app.kubernetes.io/name": "polyorg"})
	if err != nil {
		return unseen(part, err)
	}
	for _, p := range pods.Items {
		if why := unready(&p); why != "" {
			all = append(all, Finding{part, Warning, fmt.Sprintf("%s is not ready: %s", p.Name, why),
				fmt.Sprintf("look at: kubectl logs -n %s %s", d.Namespace, p.Name)})
		}
	}
	if n := len(pods.Items); n > 0 && len(all) == 0 {
		all = []Finding{{part, OK, fmt.Sprintf("all of the operator's pods are ready: %d", n), ""}}
	}
	return all
}

// unready says why a pod is not ready. It is empty for one that is.
func unready(p *corev1.Pod) string {
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
			return ""
		}
	}
	for _, c := range p.Status.ContainerStatuses {
		if c.State.Waiting != nil {
			return cmp.Or(c.State.Waiting.Message, c.State.Waiting.Reason)
		}
	}
	return string(p.Status.Phase)
}
