// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

const quotaResource corev1.ResourceName = "count/memberships.polyorg.io"

// imposeQuota counts Memberships in every namespace by a ResourceQuota, which the API server enforces by itself. The status is set by hand,
// in place of the quota controller.
func imposeQuota(ctx context.Context, c *cluster) error {
	err := inParallel(len(c.orgs), func(i int) error {
		q := quota(c.orgs[i])
		if err := c.admin.Create(ctx, q); err != nil {
			return err
		}
		q.Status = corev1.ResourceQuotaStatus{Hard: q.Spec.Hard, Used: corev1.ResourceList{quotaResource: resource.MustParse("0")}}
		return c.admin.Status().Update(ctx, q)
	})
	if err != nil {
		return err
	}
	return c.awaitQuota(ctx, c.orgs[len(c.orgs)-1])
}

func quota(organization string) *corev1.ResourceQuota {
	return &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + organization, Name: "memberships"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{quotaResource: resource.MustParse("1000000")}},
	}
}

// awaitQuota returns when a creation is counted.
func (c *cluster) awaitQuota(ctx context.Context, organization string) error {
	tries := 0
	return wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		tries++
		if err := c.admin.Create(ctx, membership(organization, fmt.Sprintf("probe-%d", tries), person("probe", tries))); err != nil {
			return false, err
		}
		q := quota(organization)
		if err := c.admin.Get(ctx, client.ObjectKeyFromObject(q), q); err != nil {
			return false, err
		}
		used := q.Status.Used[quotaResource]
		return !used.IsZero(), nil
	})
}
