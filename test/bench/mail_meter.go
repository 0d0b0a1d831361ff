// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/rules"
)

// invitationPage is where the links lead to. Nobody follows them.
const invitationPage = "https://invitations.example.com"

// mailMeter is a cluster whose operator sends to a mail server in this process.
type mailMeter struct {
	settler
	mailing

	office *office
}

func (m *mailMeter) stop() {
	if m.cluster != nil {
		m.cluster.stop()
	}
	if m.office != nil {
		_ = m.office.Close()
	}
}

// start starts all of it, with every webhook that is shipped. The first organization makes a burst alone.
func (m *mailMeter) start(ctx context.Context) (err error) {
	if m.cluster, err = startCluster(ctx); err != nil {
		return err
	}
	files := filepath.Join(m.dir, "mail")
	if err := os.Mkdir(files, 0o700); err != nil {
		return err
	}
	if m.office, err = openOffice(files); err != nil {
		return err
	}
	if m.kube, err = kubernetes.NewForConfig(m.control.Config()); err != nil {
		return err
	}
	page, err := freeAddress()
	if err != nil {
		return err
	}
	m.configure = func(c *config.OperatorConfig) {
		c.Mail = &m.office.settings
		c.InvitationPage = &config.InvitationPage{Listener: config.Listener{BindAddress: page}, URL: invitationPage}
	}
	if err := errors.Join(m.letPeopleAsk(ctx), m.populate(ctx, 1+m.organizations)); err != nil {
		return err
	}
	if _, err := m.settle(ctx, "first start", m.begin); err != nil {
		return err
	}
	return m.installMutating(ctx)
}

// installMutating installs the mutating webhooks that are shipped, beside the validating one. It returns when the API server calls them.
func (m *mailMeter) installMutating(ctx context.Context) error {
	shipped := &admissionregistrationv1.MutatingWebhookConfiguration{}
	if err := decodeShipped(filepath.Join(m.root, "config", "webhook", "manifests.yaml"), mutating, shipped); err != nil {
		return err
	}
	port := m.relay.port()
	for i := range shipped.Webhooks {
		to := &shipped.Webhooks[i].ClientConfig
		to.Service.Port, to.CABundle = &port, m.ca.Cert()
	}
	if err := m.admin.Create(ctx, shipped); err != nil {
		return err
	}
	owner, err := m.as(person("owner", 0))
	if err != nil {
		return err
	}
	var last error
	err = wait.PollUntilContextTimeout(ctx, look, time.Minute, true, func(ctx context.Context) (bool, error) {
		i := invitation(m.orgs[0], "probe", guest("probe", 0))
		last = owner.Create(ctx, i, client.DryRunAll)
		return last == nil && i.Annotations[v1alpha1.InvitedByAnnotation] != "", nil
	})
	return errors.Join(err, last)
}

// invite makes the super admin of an organization invite a guest.
func (m *mailMeter) invite(ctx context.Context, organization int, name, email string) error {
	owner, err := m.as(person("owner", organization))
	if err != nil {
		return err
	}
	return owner.Create(ctx, invitation(m.orgs[organization], name, email))
}

// defaultRate is how many messages an organization sends in a minute, unless the policy says otherwise (I13).
func defaultRate() int32 { return rules.DefaultPolicy.PerMinute }

// raiseRates makes the policy's rates bind nobody.
func (m *mailMeter) raiseRates(ctx context.Context) error {
	return m.admin.Create(ctx, &v1alpha1.PlatformPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName},
		Spec: v1alpha1.PlatformPolicySpec{Invitations: &v1alpha1.InvitationPolicy{
			MessagesPerMinute: ptr.To[int32](10000), MessagesPerMinuteToDomain: ptr.To[int32](100000),
		}},
	})
}
