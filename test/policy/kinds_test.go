// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"

	. "github.com/onsi/gomega"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// TestKinds: the deletion of a kind of ours would delete all customers, and no webhook judges it (O7).
func TestKinds(t *testing.T) {
	scheme := runtime.NewScheme()
	NewWithT(t).Expect(apiextensionsv1.AddToScheme(scheme)).To(Succeed())
	admin, err := client.New(plane.Config(), client.Options{Scheme: scheme})
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	ours := map[string]string{"team": "crm"}
	for name, tc := range map[string]struct {
		plural      string
		group       string
		annotations map[string]string
		refused     bool
	}{
		"a kind of ours is not deleted by mistake":  {plural: "firsts", group: v1alpha1.GroupName, annotations: ours, refused: true},
		"nor if the annotation does not say true":   {plural: "seconds", group: v1alpha1.GroupName, annotations: allows("no"), refused: true},
		"it is deleted if the annotation says true": {plural: "thirds", group: v1alpha1.GroupName, annotations: allows("true")},
		"other kinds can be deleted":                {plural: "fourths", group: "example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			crd := definition(tc.plural, tc.group)
			crd.Annotations = tc.annotations
			g.Expect(admin.Create(t.Context(), crd)).To(Succeed())
			if !tc.refused {
				g.Expect(admin.Delete(t.Context(), crd)).To(Succeed())
				return
			}
			refused := And(Satisfy(apierrors.IsForbidden), MatchError(ContainSubstring("kubectl annotate crd "+crd.Name+" polyorg.io/allow-deletion=true")))
			g.Eventually(func() error { return admin.Delete(t.Context(), crd, client.DryRunAll) }).
				WithTimeout(soon).WithPolling(poll).Should(refused, "once the API server enforces the policy")
			g.Expect(admin.Delete(t.Context(), crd)).To(refused)
			g.Expect(admin.DeleteAllOf(t.Context(), &apiextensionsv1.CustomResourceDefinition{}, client.MatchingLabels(crd.Labels))).To(refused)
		})
	}
}

func allows(answer string) map[string]string {
	return map[string]string{v1alpha1.AllowDeletionAnnotation: answer}
}

// definition is the definition of a kind of some group.
func definition(plural, group string) *apiextensionsv1.CustomResourceDefinition {
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: plural + "." + group, Labels: map[string]string{"test": plural}},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: group,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: plural, Kind: "Kind" + plural},
			Scope: apiextensionsv1.ClusterScoped,
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object"}},
			}},
		},
	}
}
