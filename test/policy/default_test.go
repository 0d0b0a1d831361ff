// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/config"
)

// TestDefault applies all manifests of a cluster. There is no kubelet here to run the pod, but the API server answers whether it would
// admit the pod.
func TestDefault(t *testing.T) {
	g := NewWithT(t)
	admin := clientFor(t, plane.Config())
	g.Expect(apply(plane, "default")).To(Succeed())

	t.Run("the operator's pod is one of the restricted kind", func(t *testing.T) {
		g := NewWithT(t)
		deployment := &appsv1.Deployment{}
		g.Expect(admin.Get(t.Context(), client.ObjectKey{Namespace: "polyorg-system", Name: "polyorg-operator"}, deployment)).To(Succeed())
		template := deployment.Spec.Template
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: deployment.Namespace, Name: "one", Labels: template.Labels},
			Spec:       template.Spec,
		}
		g.Expect(admin.Create(t.Context(), pod, client.DryRunAll)).To(Succeed())

		pod.Spec.Containers[0].SecurityContext = nil
		pod.ResourceVersion = ""
		g.Expect(admin.Create(t.Context(), pod, client.DryRunAll)).To(MatchError(ContainSubstring("PodSecurity")))
	})

	t.Run("what the configuration says of hosts without a CRM is what the Service does", func(t *testing.T) {
		g := NewWithT(t)
		c, err := config.Load("../../config/manager/config.yaml")
		g.Expect(err).NotTo(HaveOccurred())
		service := &corev1.Service{}
		g.Expect(admin.Get(t.Context(), client.ObjectKey{Namespace: c.LeaderElection.Namespace, Name: c.Ingress.Fallback.ServiceName}, service)).To(Succeed())
		g.Expect(service.Spec.Ports).To(HaveLen(1))
		g.Expect(service.Spec.Ports[0].Port).To(Equal(c.Ingress.Fallback.Port))
		pod := deployment(t).Spec.Template
		g.Expect(pod.Labels).To(HaveKeyWithValue("app.kubernetes.io/name", service.Spec.Selector["app.kubernetes.io/name"]))
		_, listens := c.Ingress.Fallback.HostPort()
		g.Expect(pod.Spec.Containers[0].Ports).To(ContainElement(corev1.ContainerPort{Name: service.Spec.Ports[0].TargetPort.StrVal, ContainerPort: int32(listens)}))
	})

	t.Run("its configuration is one that it understands", func(t *testing.T) {
		_, err := config.Load("../../config/manager/config.yaml")
		NewWithT(t).Expect(err).NotTo(HaveOccurred())
	})
}
