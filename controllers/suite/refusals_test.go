// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/polyorg/polyorg/test/lab"
)

// refusals is another webhook that refuses one kind of request of the operator, each time in other words.
type refusals struct {
	server *httptest.Server
	asked  atomic.Int64 // by the operator
	probed atomic.Bool
	over   atomic.Bool
}

// refuse makes one for a namespace, until the spec is over, and waits until the API server asks it.
func refuse(ctx context.Context, namespace string, operation admissionregistrationv1.OperationType, group, resource string, probe func() error) *refusals {
	GinkgoHelper()
	r := &refusals{}
	r.server = httptest.NewTLSServer(http.HandlerFunc(r.answer))
	DeferCleanup(r.server.Close)
	hook := admissionregistrationv1.ValidatingWebhook{
		Name:                    "refuses.example.com",
		ClientConfig:            admissionregistrationv1.WebhookClientConfig{URL: &r.server.URL, CABundle: r.authority()},
		AdmissionReviewVersions: []string{"v1"},
		SideEffects:             ptr.To(admissionregistrationv1.SideEffectClassNone),
		NamespaceSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
		Rules: []admissionregistrationv1.RuleWithOperations{{
			Operations: []admissionregistrationv1.OperationType{operation},
			Rule:       admissionregistrationv1.Rule{APIGroups: []string{group}, APIVersions: []string{"*"}, Resources: []string{resource}},
		}},
	}
	all := create(ctx, &admissionregistrationv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: lab.Unique("refuses")}, Webhooks: []admissionregistrationv1.ValidatingWebhook{hook},
	})
	DeferCleanup(func(ctx context.Context) { Expect(kube.Delete(ctx, all)).To(Succeed()) })
	Eventually(func() bool { _ = probe(); return r.probed.Load() }).WithContext(ctx).Should(BeTrue())
	return r
}

func (r *refusals) authority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.server.Certificate().Raw})
}

func (r *refusals) answer(w http.ResponseWriter, req *http.Request) {
	var review admissionv1.AdmissionReview
	if err := json.NewDecoder(req.Body).Decode(&review); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.probed.Store(true)
	review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: r.over.Load()}
	if review.Request.UserInfo.Username == operator && !review.Response.Allowed {
		n := r.asked.Add(1)
		review.Response.Result = &metav1.Status{Code: http.StatusForbidden, Message: fmt.Sprintf("no, for the %d. time, to %s", n, req.RemoteAddr)}
	}
	_ = json.NewEncoder(w).Encode(review)
}
