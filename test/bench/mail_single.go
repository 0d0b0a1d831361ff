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

	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

const (
	// warmUps is how many invitations come before the first that counts: keys are made, and connections.
	warmUps = 5
	// between is the pause between one single invitation and the next. In it the operator notes what became of the first.
	between = 200 * time.Millisecond
	// mailAtMost bounds the wait for the message of a single invitation.
	mailAtMost = time.Minute
)

// stages are the parts of the way of a single invitation.
var stages = []string{
	"admission: from the request to the API server's answer",
	"grant: until the status says that the message is begun",
	"delivery: until the mail server is told the recipient",
	"SMTP: until the mail server has the message",
}

// trip is the way of one invitation: how long each stage took.
type trip []time.Duration

func (t trip) total() (sum time.Duration) {
	for _, d := range t {
		sum += d
	}
	return sum
}

// singles measures invitations that are made one after another: by a client, and by kubectl.
func (m *mailMeter) singles(ctx context.Context, cost *MailCost) error {
	seen, err := m.admin.Watch(ctx, &v1alpha1.InvitationList{})
	if err != nil {
		return err
	}
	defer seen.Stop()
	begun := make(chan time.Time, room)
	go followBegun(seen, begun)
	for _, by := range []struct {
		what, name string
		n          int
		make       func(context.Context, int, string, string) error
	}{
		{"a few before", "first", warmUps, m.invite},
		{"a request to the API server", "single", m.single, m.invite},
		{"kubectl apply, with its own start", "applied", m.applied, m.apply},
	} {
		say("%d invitations, one after another: %s", by.n, by.what)
		var trips []trip
		for i := range by.n {
			t, err := m.travel(ctx, begun, func(ctx context.Context) error {
				return by.make(ctx, 1+i%m.organizations, fmt.Sprintf("%s-%d", by.name, i), guest(by.name, i))
			})
			if err != nil {
				return errors.Join(err, ctx.Err())
			}
			trips = append(trips, t)
		}
		if by.name != "first" {
			cost.Singles = append(cost.Singles, summarizeTrips(by.what, trips))
		}
		if by.name == "single" {
			cost.Stages = summarizeStages(trips)
		}
	}
	return nil
}

// travel makes an invitation, and follows its message.
func (m *mailMeter) travel(ctx context.Context, begun <-chan time.Time, invite func(context.Context) error) (trip, error) {
	if err := pass(ctx, between); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, mailAtMost)
	defer cancel()
	started := time.Now()
	if err := invite(ctx); err != nil {
		return nil, err
	}
	answered := time.Now()
	a, err := m.office.await(ctx)
	if err != nil {
		return nil, err
	}
	select {
	case noted := <-begun:
		return trip{answered.Sub(started), noted.Sub(answered), a.began.Sub(noted), a.at.Sub(a.began)}, nil
	case <-ctx.Done():
		return nil, errors.New("no invitation says that its message is begun")
	}
}

// apply invites as a person does with kubectl.
func (m *mailMeter) apply(ctx context.Context, organization int, name, email string) error {
	i := invitation(m.orgs[organization], name, email)
	i.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Invitation"))
	text, err := yaml.Marshal(map[string]any{
		"apiVersion": i.APIVersion, "kind": i.Kind, "spec": i.Spec, "metadata": map[string]string{"namespace": i.Namespace, "name": i.Name},
	})
	if err != nil {
		return err
	}
	kubectl := exec.CommandContext(ctx, m.control.Kubectl(), "apply", "-f", "-",
		"--as", person("owner", organization), "--as-group", customers, "--as-group", "system:authenticated")
	kubectl.Env = append(os.Environ(), "KUBECONFIG="+m.control.Kubeconfig(), "KUBECACHEDIR="+filepath.Join(m.dir, "cache"))
	kubectl.Stdin = strings.NewReader(string(text))
	if out, err := kubectl.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl apply: %w\n%s", err, out)
	}
	return nil
}

// followBegun tells when the message of each invitation is begun, once.
func followBegun(seen watch.Interface, begun chan<- time.Time) {
	known := map[client.ObjectKey]bool{}
	for e := range seen.ResultChan() {
		i, ok := e.Object.(*v1alpha1.Invitation)
		if !ok || i.Status.Delivery == nil || known[client.ObjectKeyFromObject(i)] {
			continue
		}
		known[client.ObjectKeyFromObject(i)] = true
		begun <- time.Now()
	}
}

func summarizeTrips(what string, trips []trip) MailSingle {
	took := make([]time.Duration, len(trips))
	for i, t := range trips {
		took[i] = t.total()
	}
	s := MailSingle{
		What: what, Invitations: len(trips),
		P50: milliseconds(percentile(took, 50)), P90: milliseconds(percentile(took, 90)), P99: milliseconds(percentile(took, 99)),
	}
	say("  p50 %.0f ms, p90 %.0f ms, p99 %.0f ms", s.P50, s.P90, s.P99)
	return s
}

func summarizeStages(trips []trip) (all []MailStage) {
	for n, what := range stages {
		took := make([]time.Duration, len(trips))
		for i, t := range trips {
			took[i] = t[n]
		}
		all = append(all, MailStage{what, milliseconds(percentile(took, 50)), milliseconds(percentile(took, 99))})
	}
	return all
}
