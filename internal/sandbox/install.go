// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// webhookConfiguration names an installed one, in kubectl's words.
type webhookConfiguration struct{ kind, name string }

// install applies the manifests of a real cluster, with the webhooks' addresses pointed to the front.
func (s *Sandbox) install(ctx context.Context) error {
	s.say("Installing CRDs, RBAC and webhooks")
	rendered, err := s.kubectl.run(ctx, nil, "kustomize", s.o.Manifests)
	if err != nil {
		return err
	}
	objects, err := decode(rendered)
	if err != nil {
		return err
	}
	crds, err := s.adapt(ctx, objects)
	if err != nil {
		return err
	}
	manifests, err := encode(objects)
	if err != nil {
		return err
	}
	if _, err := s.kubectl.run(ctx, manifests, "apply", "--server-side", "--force-conflicts", "--field-manager=polyorg-sandbox", "-f", "-"); err != nil {
		return err
	}
	if len(crds) == 0 {
		return nil
	}
	_, err = s.kubectl.run(ctx, nil, append([]string{"wait", "--for=condition=Established", "--timeout=60s"}, crds...)...)
	// kubectl's discovery cache is from before the installation.
	return errors.Join(err, os.RemoveAll(s.kubectl.cache))
}

// adapt points webhooks to the front, and returns the CRDs there are, in kubectl's words.
func (s *Sandbox) adapt(ctx context.Context, objects []*unstructured.Unstructured) (crds []string, err error) {
	for _, o := range objects {
		switch kind := o.GetKind(); kind {
		case "CustomResourceDefinition":
			crds = append(crds, "crd/"+o.GetName())
		case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration":
			w := webhookConfiguration{kind: strings.ToLower(kind), name: o.GetName()}
			if err := s.refuseToReplace(ctx, w); err != nil {
				return nil, err
			}
			if err := s.point(o); err != nil {
				return nil, fmt.Errorf("%s %s: %w", kind, o.GetName(), err)
			}
			s.webhooks = append(s.webhooks, w)
		}
	}
	return crds, nil
}

// refuseToReplace spares an operator that serves the cluster already: its webhooks lead to a Service or to an address that answers. The
// webhooks of a killed sandbox lead to an address that does not answer.
func (s *Sandbox) refuseToReplace(ctx context.Context, w webhookConfiguration) error {
	found, err := s.kubectl.run(ctx, nil, "get", w.kind, w.name, "--ignore-not-found",
		"-o=jsonpath={.webhooks[0].clientConfig.service.name} {.webhooks[0].clientConfig.url}")
	if err != nil {
		return err
	}
	service, address, _ := strings.Cut(found, " ")
	if service != "" || isServed(ctx, address) {
		return fmt.Errorf("the cluster has Polyorg already: its %s leads to %s, whose place the sandbox would take",
			w.name, cmp.Or(service, address))
	}
	return nil
}

func isServed(ctx context.Context, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// point gives the webhooks of a configuration the front's address instead of a Service.
func (s *Sandbox) point(o *unstructured.Unstructured) error {
	webhooks, _, err := unstructured.NestedSlice(o.Object, "webhooks")
	if err != nil {
		return err
	}
	for _, w := range webhooks {
		webhook, ok := w.(map[string]any)
		if !ok {
			return errors.New("webhooks is not a list of objects")
		}
		path, _, err := unstructured.NestedString(webhook, "clientConfig", "service", "path")
		if err != nil {
			return err
		}
		webhook["clientConfig"] = map[string]any{
			"url":      s.front.URL + path,
			"caBundle": base64.StdEncoding.EncodeToString(s.ca.Cert()),
		}
	}
	return unstructured.SetNestedSlice(o.Object, webhooks, "webhooks")
}

func (s *Sandbox) removeWebhooks() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var errs []error
	for _, w := range s.webhooks {
		_, err := s.kubectl.run(ctx, nil, "delete", w.kind, w.name, "--ignore-not-found")
		errs = append(errs, err)
	}
	s.webhooks = nil
	return errors.Join(errs...)
}

func decode(manifests string) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	decoder := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(manifests), 4096)
	for {
		o := &unstructured.Unstructured{}
		switch err := decoder.Decode(o); {
		case errors.Is(err, io.EOF):
			return objects, nil
		case err != nil:
			return nil, err
		case len(o.Object) > 0:
			objects = append(objects, o)
		}
	}
}

func encode(objects []*unstructured.Unstructured) (io.Reader, error) {
	var out bytes.Buffer
	for _, o := range objects {
		data, err := yaml.Marshal(o)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "---\n%s", data)
	}
	return &out, nil
}
