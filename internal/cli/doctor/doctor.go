// SPDX-License-Identifier: Apache-2.0

// Package doctor looks at what Polyorg needs in a cluster, and says what is wrong and what to do. It takes the rights of a platform actor.
package doctor

import (
	"context"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/config"
)

// State is how something is.
type State string

// The states.
const (
	OK      State = "OK"
	Warning State = "Warning" // works, and needs a look
	Fault   State = "Fault"   // does not work
	Unknown State = "Unknown" // could not be looked at
)

// Finding is how one part is.
type Finding struct {
	Part  string `json:"part"`
	State State  `json:"state"`
	Found string `json:"found"`
	// Do is what to do about it.
	Do string `json:"do,omitempty"`
}

// Doctor examines one cluster.
type Doctor struct {
	Client client.Client
	// Namespace is the operator's.
	Namespace string
	Now       time.Time
	// Patience is the time after which a leader is looked for again. A leader renews its Lease every two seconds.
	Patience time.Duration

	config *config.OperatorConfig // nil: not known
}

// Examine looks at every part, in the order in which they depend on each other.
func (d *Doctor) Examine(ctx context.Context) (all []Finding) {
	d.config = d.configuration(ctx)
	for _, look := range []func(context.Context) []Finding{
		d.webhooks, d.certificates, d.enforcement, d.view, d.leader, d.pods, d.journal, d.mail, d.ingress, d.policy, d.organizations,
	} {
		all = append(all, look(ctx)...)
	}
	return all
}

// unseen is the finding for a part that could not be read.
func unseen(part string, err error) []Finding {
	return []Finding{{part, Unknown, plain.Text(err), "run this as somebody who may read it"}}
}

// configuration is the operator's, from the ConfigMap that its Deployment mounts.
func (d *Doctor) configuration(ctx context.Context) *config.OperatorConfig {
	var operator appsv1.Deployment
	if d.Client.Get(ctx, client.ObjectKey{Namespace: d.Namespace, Name: "polyorg-operator"}, &operator) != nil {
		return nil
	}
	for _, volume := range operator.Spec.Template.Spec.Volumes {
		if volume.Name != "config" || volume.ConfigMap == nil {
			continue
		}
		var stored corev1.ConfigMap
		read := &config.OperatorConfig{}
		if d.Client.Get(ctx, client.ObjectKey{Namespace: d.Namespace, Name: volume.ConfigMap.Name}, &stored) == nil &&
			yaml.Unmarshal([]byte(stored.Data["config.yaml"]), read) == nil {
			return read
		}
	}
	return nil
}
