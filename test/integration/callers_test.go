// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"bytes"
	"context"
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane/pki"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A replica that asks for client certificates", func() {
	It("trusts the API server, by the current authorities, and nobody else", func(ctx SpecContext) {
		file := filepath.Join(GinkgoT().TempDir(), "ca.crt")
		others, err := pki.NewAuthority("another cluster's")
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(file, others.Cert(), 0o600)).To(Succeed())
		running, cancel := context.WithCancel(context.Background())
		DeferCleanup(cancel)
		r := newReplica(running, &config.ClientCertificates{CAFile: file, AllowedNames: []string{apiServer}})
		askDirectly(ctx, r)

		By("refusing an API server with an unknown authority")
		Eventually(reserve).WithContext(ctx).Should(MatchError(And(ContainSubstring("failed calling webhook"), ContainSubstring("tls: "))))

		By("answering it once the file has its authority")
		ours, err := os.ReadFile(control.CAFile())
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(file, ours, 0o600)).To(Succeed())
		Eventually(reserve).WithContext(ctx).Should(Succeed())

		By("reading nothing from a pod that claims to be the API server")
		stranger, err := others.Client(apiServer, "system:masters")
		Expect(err).NotTo(HaveOccurred())
		member, err := control.ConfigWithCertificate("john@zylker.com", "system:masters")
		Expect(err).NotTo(HaveOccurred())
		for _, pair := range []*pki.Pair{nil, &stranger, {Cert: member.CertData, Key: member.KeyData}} {
			Expect(post(ctx, r, pair)).To(MatchError(ContainSubstring("tls: ")))
		}
	})
})

// askDirectly makes the API server ask one replica, without the front before it, about reservations with a label.
func askDirectly(ctx context.Context, r *replica) {
	GinkgoHelper()
	shipped := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	Expect(platform.Get(ctx, client.ObjectKey{Name: "polyorg-validating"}, shipped)).To(Succeed())
	hook := shipped.Webhooks[0]
	hook.Name = "direct.polyorg.io"
	hook.ObjectSelector = &metav1.LabelSelector{MatchLabels: map[string]string{"asks": "directly"}}
	hook.ClientConfig = admissionregistrationv1.WebhookClientConfig{URL: ptr.To(r.address.JoinPath("validate").String()), CABundle: r.ca}
	direct := &admissionregistrationv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "direct"}, Webhooks: []admissionregistrationv1.ValidatingWebhook{hook}}
	Expect(platform.Create(ctx, direct)).To(Succeed())
	DeferCleanup(func(ctx context.Context) { Expect(platform.Delete(ctx, direct)).To(Succeed()) })
}

// reserve asks, by a dry run, for a reservation that a platform actor may make.
func reserve(ctx context.Context) error {
	return platform.Create(ctx, &v1alpha1.HostReservation{
		ObjectMeta: metav1.ObjectMeta{Name: lab.Unique("direct") + ".example.org", Labels: map[string]string{"asks": "directly"}},
	}, client.DryRunAll)
}

// post sends a request to a replica, as a pod with access to its port can.
func post(ctx context.Context, r *replica, pair *pki.Pair) error {
	GinkgoHelper()
	settings := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // this test's own server
	if pair != nil {
		certificate, err := tls.X509KeyPair(pair.Cert, pair.Key)
		Expect(err).NotTo(HaveOccurred())
		settings.Certificates = []tls.Certificate{certificate}
	}
	transport := &http.Transport{TLSClientConfig: settings}
	defer transport.CloseIdleConnections()
	review := `{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "1", "operation": "DELETE",
		"kind": {"group": "polyorg.io", "version": "v1alpha1", "kind": "User"}, "userInfo": {"username": "admin", "groups": ["system:masters"]}}}`
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.address.JoinPath("validate").String(), bytes.NewBufferString(review))
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
