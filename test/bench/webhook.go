// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

const validating, mutating = "polyorg-validating", "polyorg-mutating"

func (c *cluster) removeWebhooks(ctx context.Context) error {
	return errors.Join(
		c.admin.Delete(ctx, &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: validating}}),
		c.admin.Delete(ctx, &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: mutating}}))
}

// installWebhook installs the validating webhook that is shipped, and its Service: the relay. It returns when the API server calls it. A
// URL would not do: the API server speaks HTTP/1.1 to a Service, and HTTP/2 to a loopback address.
func (c *cluster) installWebhook(ctx context.Context) error {
	shipped, err := shippedWebhook(filepath.Join(c.root, "config", "webhook", "manifests.yaml"))
	if err != nil {
		return err
	}
	to, port := &shipped.Webhooks[0].ClientConfig, c.relay.port()
	to.Service.Port, to.CABundle = &port, c.ca.Cert()
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: to.Service.Namespace, Name: to.Service.Name},
		Spec:       corev1.ServiceSpec{ClusterIP: relayIP, Ports: []corev1.ServicePort{{Port: port}}},
	}
	if err := errors.Join(c.admin.Create(ctx, service), c.admin.Create(ctx, shipped)); err != nil {
		return err
	}
	var last error
	err = wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		last = c.admin.Create(ctx, membership(c.orgs[0], "probe", person("probe", 0)), client.DryRunAll)
		return last == nil && c.relay.accepted.Load() > 0, nil
	})
	return errors.Join(err, last)
}

func shippedWebhook(path string) (*admissionregistrationv1.ValidatingWebhookConfiguration, error) {
	w := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	return w, decodeShipped(path, validating, w)
}

// decodeShipped reads the object of a name from a file of manifests.
func decodeShipped(path, name string, into client.Object) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	decoder := utilyaml.NewYAMLOrJSONDecoder(file, 4096)
	for {
		var raw runtime.RawExtension
		if err := decoder.Decode(&raw); err != nil {
			return fmt.Errorf("%s has no %s: %w", path, name, err)
		}
		if err := json.Unmarshal(raw.Raw, into); err != nil {
			return err
		}
		if into.GetName() == name {
			return nil
		}
	}
}

func membership(organization, name, user string) *v1alpha1.Membership {
	return &v1alpha1.Membership{
		ObjectMeta: metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + organization, Name: name},
		Spec:       v1alpha1.MembershipSpec{User: user, Role: v1alpha1.RoleStandard},
	}
}
