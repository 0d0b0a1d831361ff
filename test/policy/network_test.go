// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const networkPage = "../../docs/tasks/trust-only-the-api-server.md"

// TestNetworkPolicy reads the policy as the API server stores it. It selects the operator's pods, knows their ports by name, and opens each
// to named peers only.
func TestNetworkPolicy(t *testing.T) {
	g := NewWithT(t)
	g.Expect(apply(plane, "network-policy")).To(Succeed())
	policy := &networkingv1.NetworkPolicy{}
	g.Expect(clientFor(t, plane.Config()).Get(t.Context(), client.ObjectKey{Namespace: "polyorg-system", Name: "polyorg-operator"}, policy)).To(Succeed())

	pod := deployment(t).Spec.Template
	selector, err := metav1.LabelSelectorAsSelector(&policy.Spec.PodSelector)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(selector.Matches(labels.Set(pod.Labels))).To(BeTrue(), "it selects the pods")
	g.Expect(policy.Spec.PolicyTypes).To(ConsistOf(networkingv1.PolicyTypeIngress))
	var open []string
	for _, rule := range policy.Spec.Ingress {
		g.Expect(rule.From).NotTo(BeEmpty(), "from nowhere in particular means from everywhere")
		g.Expect(rule.Ports).To(HaveLen(1))
		open = append(open, rule.Ports[0].Port.String())
		for _, peer := range rule.From {
			g.Expect(peer.IPBlock != nil).To(Equal(rule.Ports[0].Port.String() == "webhook"), "API servers are addresses, scrapers are namespaces")
		}
	}
	g.Expect(open).To(ConsistOf("webhook", "metrics", "fallback"))
	for _, port := range pod.Spec.Containers[0].Ports {
		open = append(open, port.Name)
	}
	g.Expect(open).To(ConsistOf("webhook", "metrics", "fallback", "webhook", "metrics", "fallback", "health"), "the ports have these names in the pod")
}

// The overlay of the documentation's page gives the policy that page's addresses.
func TestNetworkPolicyOfThePage(t *testing.T) {
	g := NewWithT(t)
	page, err := os.ReadFile(networkPage)
	g.Expect(err).NotTo(HaveOccurred())
	overlay := regexp.MustCompile("(?s)```yaml\n(resources: [^`]*network-policy[^`]*)```").FindSubmatch(page)
	g.Expect(overlay).NotTo(BeNil())
	dir := t.TempDir()
	config, err := filepath.Abs("../../config")
	g.Expect(err).NotTo(HaveOccurred())
	config, err = filepath.Rel(dir, config)
	g.Expect(err).NotTo(HaveOccurred())
	text := strings.ReplaceAll(string(overlay[1]), "../config", config)
	g.Expect(os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600)).To(Succeed())

	policy := &networkingv1.NetworkPolicy{}
	g.Expect(rendered(t, dir, "kind: NetworkPolicy", policy)).To(Succeed())
	g.Expect(policy.Spec.Ingress[0].Ports[0].Port.String()).To(Equal("webhook"))
	g.Expect(policy.Spec.Ingress[0].From).NotTo(BeEmpty())
	for _, peer := range policy.Spec.Ingress[0].From {
		g.Expect(string(page)).To(ContainSubstring("cidr: " + peer.IPBlock.CIDR))
		g.Expect(peer.IPBlock.CIDR).NotTo(HavePrefix("192.0.2."), "that is the one of config/network-policy")
	}
	g.Expect(clientFor(t, plane.Config()).Create(t.Context(), renamed(policy), client.DryRunAll)).To(Succeed())
}

func renamed(policy *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicy {
	policy.Name = "of-the-page"
	return policy
}

func deployment(t *testing.T) *appsv1.Deployment {
	t.Helper()
	d := &appsv1.Deployment{}
	if err := rendered(t, "../../config/manager", "kind: Deployment", d); err != nil {
		t.Fatal(err)
	}
	return d
}

// rendered reads one object of a kustomization.
func rendered(t *testing.T, dir, kind string, into client.Object) error {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), plane.Kubectl(), "kustomize", dir).Output()
	if err != nil {
		return err
	}
	for _, document := range strings.Split(string(out), "\n---\n") {
		if strings.Contains("\n"+document, "\n"+kind+"\n") {
			return utilyaml.Unmarshal([]byte(document), into)
		}
	}
	return fmt.Errorf("%s has no %s", dir, kind)
}
