// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/test/lab"
)

// pastAdmission is a label of objects that the webhooks do not see, as if they had not been installed.
const pastAdmission = "test.polyorg.io/past-admission"

// letPast excludes such objects from the webhook's rules.
func letPast(ctx context.Context) {
	GinkgoHelper()
	webhooks := &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "polyorg-validating"}}
	Expect(lab.Change(ctx, l.Platform, webhooks, func(w *admissionregistrationv1.ValidatingWebhookConfiguration) {
		for i := range w.Webhooks {
			w.Webhooks[i].ObjectSelector = &metav1.LabelSelector{
				MatchExpressions: []metav1.LabelSelectorRequirement{{Key: pastAdmission, Operator: metav1.LabelSelectorOpDoesNotExist}},
			}
		}
	})).To(Succeed())
}

// past labels an object as one of those.
func past[O client.Object](obj O) O {
	obj.SetLabels(map[string]string{pastAdmission: "true"})
	return obj
}
