// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Grant gives new organizations and memberships their places when no controller runs to do so. Without it they give nobody power (R7).
func Grant[O client.Object](ctx context.Context, platform client.Client, objects ...O) {
	GinkgoHelper()
	for _, obj := range objects {
		given := metav1.Condition{Type: v1alpha1.ConditionGranted, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonGranted, LastTransitionTime: metav1.Now()}
		patch, err := json.Marshal(map[string]any{"status": map[string]any{"conditions": []metav1.Condition{given}}})
		Expect(err).NotTo(HaveOccurred())
		Expect(platform.Status().Patch(ctx, obj, client.RawPatch(types.MergePatchType, patch))).To(Succeed())
	}
}
