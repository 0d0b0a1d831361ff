// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

const (
	// entryPause is the time between two attempts to enter.
	entryPause = 5 * time.Millisecond
	// entryAtMost bounds the wait for a single organization.
	entryAtMost = time.Minute
)

// newCustomer is an organization of a person who has no other.
func newCustomer(name string) *v1alpha1.Organization {
	return &v1alpha1.Organization{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       v1alpha1.OrganizationSpec{DisplayName: "Zylker", SuperAdmin: name + "@zylker.com", Subscription: subscription()},
	}
}

// entry is how long it took until an organization could be entered.
type entry struct{ operator, controller time.Duration }

// singles makes organizations one after another.
func (m *entryMeter) singles(ctx context.Context) (all []ServingSingle, err error) {
	for _, by := range []struct {
		what, name string
		n          int
		make       func(context.Context, *v1alpha1.Organization) error
	}{
		{"", "first", warmUps, m.create},
		{"a request to the API server", "single", m.single, m.create},
		{"kubectl apply, with its own start", "applied", m.applied, m.applyOrganization},
	} {
		var entries []entry
		for i := range by.n {
			e, err := m.travel(ctx, fmt.Sprintf("%s-%d", by.name, i), by.make)
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
		if by.what != "" {
			all = append(all, summarizeEntries(by.what, entries))
		}
	}
	return all, nil
}

func (m *entryMeter) create(ctx context.Context, org *v1alpha1.Organization) error {
	return m.admin.Create(ctx, org)
}

// travel makes an organization, and enters it as soon as that works. The operator's share ends when the route is stored.
func (m *entryMeter) travel(ctx context.Context, name string, create func(context.Context, *v1alpha1.Organization) error) (entry, error) {
	if err := pass(ctx, between); err != nil {
		return entry{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, entryAtMost)
	defer cancel()
	began := time.Now()
	if err := create(ctx, newCustomer(name)); err != nil {
		return entry{}, err
	}
	entered, err := m.awaitEntry(ctx, name, entryPause)
	if err != nil {
		return entry{}, err
	}
	routed, known := m.stored.at(name)
	if !known {
		return entry{}, errors.New(name + " can be entered, and has no route")
	}
	return entry{routed.Sub(began), max(0, entered.Sub(routed))}, nil
}

// applyOrganization makes an organization as a platform team does.
func (m *entryMeter) applyOrganization(ctx context.Context, org *v1alpha1.Organization) error {
	text, err := yaml.Marshal(map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Organization", "metadata": map[string]string{"name": org.Name}, "spec": org.Spec,
	})
	if err != nil {
		return err
	}
	kubectl := exec.CommandContext(ctx, m.control.Kubectl(), "apply", "-f", "-")
	kubectl.Env = append(os.Environ(), "KUBECONFIG="+m.control.Kubeconfig(), "KUBECACHEDIR="+filepath.Join(m.dir, "cache"))
	kubectl.Stdin = strings.NewReader(string(text))
	if out, err := kubectl.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl apply: %w\n%s", err, out)
	}
	return nil
}

func summarizeEntries(what string, entries []entry) ServingSingle {
	var entered, operator, controller []time.Duration
	for _, e := range entries {
		entered = append(entered, e.operator+e.controller)
		operator, controller = append(operator, e.operator), append(controller, e.controller)
	}
	s := ServingSingle{
		What: what, Organizations: len(entries), Entered: timesOf(entered), Operator: timesOf(operator), Controller: timesOf(controller),
	}
	say("  %s: entered after p50 %.0f ms, p99 %.0f ms; the operator's part p50 %.0f ms", what, s.Entered.P50, s.Entered.P99, s.Operator.P50)
	return s
}
