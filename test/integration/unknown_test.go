// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

var _ = Describe("A kind that a later version brings", func() {
	It("is not admitted by a replica that does not know it; the replica asks to try again", func(ctx SpecContext) {
		installLaterKind(ctx)
		Eventually(createLaterKind).WithContext(ctx).Should(And(
			Satisfy(apierrors.IsServiceUnavailable), MatchError(ContainSubstring("does not know Portal polyorg.io/v1alpha1"))))
		_, delay := apierrors.SuggestsClientDelay(createLaterKind(ctx))
		Expect(delay).To(BeTrue(), "clients wait and ask again")
	})
})

// installLaterKind installs what a later version's manifests would: a kind, and its place in the webhook's rules.
func installLaterKind(ctx context.Context) {
	GinkgoHelper()
	definition := &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "portals.polyorg.io"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: v1alpha1.GroupName, Scope: apiextensionsv1.ClusterScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "portals", Kind: "Portal"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: v1alpha1.GroupVersion.Version, Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object"}},
			}},
		},
	}
	options := envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{definition}}
	_, err := envtest.InstallCRDs(control.Config(), options)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(envtest.UninstallCRDs(control.Config(), options)).To(Succeed()) })

	later := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	Expect(platform.Get(ctx, client.ObjectKey{Name: "polyorg-validating"}, later)).To(Succeed())
	later.ObjectMeta = metav1.ObjectMeta{Name: "later"}
	later.Webhooks[0].Rules[0].Resources = []string{"portals"}
	Expect(platform.Create(ctx, later)).To(Succeed())
	DeferCleanup(func(ctx context.Context) { Expect(platform.Delete(ctx, later)).To(Succeed()) })
}

// createLaterKind asks once. A usual client of Kubernetes would ask again by itself.
func createLaterKind(ctx context.Context) error {
	kube, err := kubernetes.NewForConfig(control.Config())
	if err != nil {
		return err
	}
	return kube.RESTClient().Post().AbsPath("/apis/polyorg.io/v1alpha1/portals").Param("dryRun", "All").
		SetHeader("Content-Type", "application/json").
		Body([]byte(`{"apiVersion": "polyorg.io/v1alpha1", "kind": "Portal", "metadata": {"name": "later"}}`)).
		MaxRetries(0).Do(ctx).Error()
}
