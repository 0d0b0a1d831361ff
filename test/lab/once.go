// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Once creates an object as a client does that does not try again by itself.
func Once(ctx context.Context, of *rest.Config, plural string, obj client.Object, dryRun ...string) error {
	GinkgoHelper()
	config := rest.CopyConfig(of)
	config.APIPath, config.GroupVersion = "/apis", &v1alpha1.GroupVersion
	config.NegotiatedSerializer = serializer.NewCodecFactory(Scheme).WithoutConversion()
	c, err := rest.RESTClientFor(config)
	Expect(err).NotTo(HaveOccurred())
	return c.Post().Resource(plural).NamespaceIfScoped(obj.GetNamespace(), obj.GetNamespace() != "").
		VersionedParams(&metav1.CreateOptions{DryRun: dryRun}, metav1.ParameterCodec).Body(obj).MaxRetries(0).Do(ctx).Error()
}
