// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/journal"
)

const system = "polyorg-system"

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// certificate is one that signed itself, for the webhooks' Service.
func certificate(t *testing.T, ends time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: now.Add(-time.Hour), NotAfter: ends,
		DNSNames: []string{"polyorg-webhook.polyorg-system.svc"}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func hooksWith(ca []byte, policy admissionregistrationv1.FailurePolicyType) []client.Object {
	to := admissionregistrationv1.WebhookClientConfig{CABundle: ca, Service: &admissionregistrationv1.ServiceReference{Namespace: system, Name: service}}
	v := &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: validating},
		Webhooks: []admissionregistrationv1.ValidatingWebhook{{Name: "validate.polyorg.io", ClientConfig: to, FailurePolicy: &policy}}}
	m := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: mutating}}
	for _, name := range shipped {
		if name != "validate.polyorg.io" {
			m.Webhooks = append(m.Webhooks, admissionregistrationv1.MutatingWebhook{Name: name, ClientConfig: to, FailurePolicy: &policy})
		}
	}
	return []client.Object{v, m}
}

// fewer are the webhooks as shipped, with some of the mutating ones taken away.
func fewer(hooks []client.Object, rest int) []client.Object {
	m := hooks[1].(*admissionregistrationv1.MutatingWebhookConfiguration)
	m.Webhooks = m.Webhooks[:rest]
	return hooks
}

// none are both configurations without any webhook, as somebody leaves them who unblocks a cluster.
func none(hooks []client.Object) []client.Object {
	hooks[0].(*admissionregistrationv1.ValidatingWebhookConfiguration).Webhooks = nil
	return fewer(hooks, 0)
}

func in(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: system, Name: name} }

func replicas(n int) *discoveryv1.EndpointSlice {
	s := &discoveryv1.EndpointSlice{ObjectMeta: in("polyorg-webhook-x")}
	s.Labels = map[string]string{discoveryv1.LabelServiceName: service}
	for range n {
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(true)}})
	}
	return s
}

func secretWith(chain []byte) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: in(servingSecret), Data: map[string][]byte{corev1.TLSCertKey: chain}}
}

func leaseOf(holder string, renewed time.Time) *coordinationv1.Lease {
	return &coordinationv1.Lease{ObjectMeta: in(lease), Spec: coordinationv1.LeaseSpec{
		HolderIdentity: &holder, RenewTime: &metav1.MicroTime{Time: renewed}, LeaseDurationSeconds: ptr.To[int32](15)}}
}

func journalThatNames(uid string) *corev1.ConfigMap {
	j := &corev1.ConfigMap{ObjectMeta: in(journalName), Data: map[string]string{"uid": uid, "entries": "one\ntwo\n"}}
	j.UID = "own"
	return j
}

func pod(ready corev1.ConditionStatus) client.Object {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: "replica", Labels: map[string]string{"app.kubernetes.io/name": "polyorg"}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}}}
}

// since is an invitation whose e-mail has been so far from an instant on.
func since(i *v1alpha1.Invitation, at time.Time) *v1alpha1.Invitation {
	i.Status.Conditions[0].LastTransitionTime = metav1.NewTime(at)
	return i
}

// turnAt gives the e-mail of an invitation its turn.
func turnAt(i *v1alpha1.Invitation, at time.Time) *v1alpha1.Invitation {
	i.Status.Delivery = &v1alpha1.InvitationDeliveryStatus{Sends: 1, NextAttemptAt: &metav1.Time{Time: at}}
	return i
}

// delivered is a pending invitation whose e-mail has come so far.
func delivered(reason string) *v1alpha1.Invitation {
	return &v1alpha1.Invitation{
		ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "bob"},
		Status: v1alpha1.InvitationStatus{State: v1alpha1.InvitationPending, Conditions: []metav1.Condition{
			{Type: v1alpha1.ConditionDelivered, Reason: reason, Message: "550", LastTransitionTime: metav1.NewTime(now)},
		}},
	}
}

// inviting is an organization with a pending invitation.
func inviting(delivery v1alpha1.InvitationDelivery) client.Object {
	o := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker"}}
	o.Status.InvitationDelivery, o.Status.Seats.Pending = delivery, 1
	return o
}

func organization(status metav1.ConditionStatus, reason string) *v1alpha1.Organization {
	return &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker"}, Status: v1alpha1.OrganizationStatus{
		Conditions: []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: status, Reason: reason}}}}
}

func clusterOf(t *testing.T, objects []client.Object) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithIndex(&v1alpha1.Invitation{}, "status.state", func(o client.Object) []string {
		return []string{string(o.(*v1alpha1.Invitation).Status.State)}
	}).Build()
}

func TestFindings(t *testing.T) {
	good, old := certificate(t, now.AddDate(1, 0, 0)), certificate(t, now.Add(-time.Minute))
	soonOver, foreign := certificate(t, now.AddDate(0, 0, 3)), certificate(t, now.AddDate(1, 0, 0))
	shut, open := admissionregistrationv1.Fail, admissionregistrationv1.Ignore
	defaultClass := &networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: "nginx", Annotations: map[string]string{networkingv1.AnnotationIsDefaultIngressClass: "true"}}}
	unserved := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "org-x", Name: "polyorg-access", Labels: map[string]string{v1alpha1.OrganizationLabel: "x"}}}
	type look = func(*Doctor, context.Context) []Finding
	for sentence, tc := range map[string]struct {
		look   look
		there  []client.Object
		config *config.OperatorConfig
		want   string // the states, and a part of the worst one's words
		words  string
	}{
		"webhooks as shipped":     {(*Doctor).webhooks, append(hooksWith(good, shut), replicas(2)), nil, "OK/OK", ""},
		"no webhooks":             {(*Doctor).webhooks, nil, nil, "Fault", "does not ask Polyorg"},
		"webhooks that fail open": {(*Doctor).webhooks, append(hooksWith(good, open), replicas(2)), nil, strings.Repeat("Fault/", len(shipped)) + "OK", "lets requests pass"},
		"webhooks without a CA":   {(*Doctor).webhooks, append(hooksWith(nil, shut), replicas(2)), nil, strings.Repeat("Fault/", len(shipped)) + "OK", "no CA bundle"},
		"one webhook is missing":  {(*Doctor).webhooks, append(fewer(hooksWith(good, shut), len(shipped)-2), replicas(2)), nil, "Fault/OK", "stamp.polyorg.io is missing"},
		"all are missing":         {(*Doctor).webhooks, none(hooksWith(good, shut)), nil, strings.TrimSuffix(strings.Repeat("Fault/", len(shipped)), "/"), "is missing"},
		"and no certificate":      {(*Doctor).certificates, none(hooksWith(good, shut)), nil, "", ""},
		"no replica":              {(*Doctor).webhooks, append(hooksWith(good, shut), replicas(0)), nil, "OK/Fault", "no replica is ready"},
		"one replica":             {(*Doctor).webhooks, append(hooksWith(good, shut), replicas(1)), nil, "OK/Warning", "one replica"},
		"certificates in force":   {(*Doctor).certificates, append(hooksWith(good, shut), secretWith(good)), nil, "OK/OK", ""},
		"one that ended":          {(*Doctor).certificates, append(hooksWith(good, shut), secretWith(old)), nil, "OK/Fault", "it ended on 2026-11-29"},
		"one that ends soon":      {(*Doctor).certificates, append(hooksWith(soonOver, shut), secretWith(soonOver)), nil, "Warning/Warning", "it ends on 2026-12-02"},
		"one that is not trusted": {(*Doctor).certificates, append(hooksWith(good, shut), secretWith(foreign)), nil, "OK/Fault", "does not trust it"},
		"none":                    {(*Doctor).certificates, append(hooksWith(good, shut), secretWith(nil)), nil, "OK/Fault", "no certificate"},
		"no Secret":               {(*Doctor).certificates, hooksWith(good, shut), nil, "OK/Unknown", "cannot be read"},
		"a leader":                {(*Doctor).leader, []client.Object{leaseOf("a", now.Add(-10*time.Second))}, nil, "OK", ""},
		"a leader that is gone":   {(*Doctor).leader, []client.Object{leaseOf("a", now.Add(-time.Minute))}, nil, "Fault", "no replica leads since 2026-11-29 11:59:00"},
		"a leader that left":      {(*Doctor).leader, []client.Object{leaseOf("", now)}, nil, "Fault", "no replica leads"},
		"never a leader":          {(*Doctor).leader, nil, nil, "Fault", "has ever led"},
		"an open journal":         {(*Doctor).journal, []client.Object{journalThatNames("own")}, nil, "OK", "changes in flight: 2"},
		"a restored journal":      {(*Doctor).journal, []client.Object{journalThatNames("another")}, nil, "Fault", "it is closed"},
		"no journal":              {(*Doctor).journal, nil, nil, "Warning", "none yet"},
		"I6: an invitation that waits for an e-mail": {(*Doctor).mail, []client.Object{inviting(v1alpha1.InvitationDeliveryEmailOnly)}, nil, "Warning", "has no mail server"},
		"one in the invitee's list":                  {(*Doctor).mail, []client.Object{inviting(v1alpha1.InvitationDeliveryListed)}, &config.OperatorConfig{}, "OK", "has no mail server"},
		"no invitation":                              {(*Doctor).mail, nil, &config.OperatorConfig{Mail: &config.Mail{}}, "OK", "0 of 0 pending invitations"},
		"I12: an e-mail that was taken":              {(*Doctor).mail, []client.Object{delivered(v1alpha1.ReasonSent)}, &config.OperatorConfig{Mail: &config.Mail{}}, "OK", "1 of 1 pending invitations"},
		"I12: an e-mail that was refused":            {(*Doctor).mail, []client.Object{delivered(v1alpha1.ReasonUndelivered)}, &config.OperatorConfig{Mail: &config.Mail{}}, "Warning", "1 of 1, for example org-zylker/bob: 550"},
		"I12: an e-mail that is tried again":         {(*Doctor).mail, []client.Object{delivered(v1alpha1.ReasonDeferred)}, &config.OperatorConfig{Mail: &config.Mail{}}, "Warning", "1 of 1"},
		"I12: one on its way is not taken":           {(*Doctor).mail, []client.Object{delivered(v1alpha1.ReasonSending)}, &config.OperatorConfig{Mail: &config.Mail{}}, "OK", "0 of 1 pending invitations; 1 wait"},
		"I13: nor is one that waits for its turn":    {(*Doctor).mail, []client.Object{delivered(v1alpha1.ReasonQueued)}, &config.OperatorConfig{Mail: &config.Mail{}}, "OK", "0 of 1 pending invitations; 1 wait"},
		"I13: nor is one over the limit":             {(*Doctor).mail, []client.Object{delivered(v1alpha1.ReasonSendLimit)}, &config.OperatorConfig{Mail: &config.Mail{}}, "OK", "0 of 1 pending invitations; 1 are kept back"},
		"I12: nor is one that nobody wants":          {(*Doctor).mail, []client.Object{delivered(v1alpha1.ReasonRecipientOptedOut)}, &config.OperatorConfig{Mail: &config.Mail{}}, "OK", "1 are kept back"},
		"I13: one whose turn comes later":            {(*Doctor).mail, []client.Object{turnAt(since(delivered(v1alpha1.ReasonQueued), now.Add(-time.Hour)), now.Add(time.Minute))}, &config.OperatorConfig{Mail: &config.Mail{}}, "OK", "0 of 1 pending invitations; 1 wait"},
		"I13: one that missed its turn":              {(*Doctor).mail, []client.Object{turnAt(delivered(v1alpha1.ReasonQueued), now.Add(-11*time.Minute))}, &config.OperatorConfig{Mail: &config.Mail{}}, "Warning", "more than ten minutes: 1"},
		"I13: one that has waited for long":          {(*Doctor).mail, []client.Object{since(delivered(v1alpha1.ReasonQueued), now.Add(-11*time.Minute))}, &config.OperatorConfig{Mail: &config.Mail{}}, "Warning", "more than ten minutes: 1, for example org-zylker/bob"},
		"an Ingress class":                           {(*Doctor).ingress, []client.Object{defaultClass}, nil, "OK", ""},
		"no Ingress class":                           {(*Doctor).ingress, nil, nil, "Warning", "no IngressClass"},
		"another Ingress class":                      {(*Doctor).ingress, []client.Object{defaultClass}, &config.OperatorConfig{Ingress: config.Ingress{ClassName: "own"}}, "Fault", `no IngressClass "own"`},
		"an Ingress without an address":              {(*Doctor).ingress, []client.Object{defaultClass, unserved}, nil, "Warning", "1 of 1 Ingresses"},
		"no policy":                                  {(*Doctor).policy, nil, nil, "OK", ""},
		"a policy that is not in force": {(*Doctor).policy, []client.Object{&v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: "default"}, Status: v1alpha1.PlatformPolicyStatus{
			Conditions: []metav1.Condition{{Type: v1alpha1.ConditionEnforced, Status: metav1.ConditionFalse, Message: "admitted"}}}}}, nil, "Fault", "admitted"},
		"a ConfigMap of e-mails with a mistake": {(*Doctor).policy, []client.Object{&v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: "default"}, Status: v1alpha1.PlatformPolicyStatus{
			Conditions: []metav1.Condition{{Type: v1alpha1.ConditionBrandingAccepted, Status: metav1.ConditionFalse, Message: "lacks the link"}}}}}, nil, "Warning", "lacks the link"},
		"organizations in service":  {(*Doctor).organizations, []client.Object{organization(metav1.ConditionTrue, v1alpha1.ReasonActive)}, nil, "OK", ""},
		"E3: one whose trial ended": {(*Doctor).organizations, []client.Object{organization(metav1.ConditionFalse, v1alpha1.ReasonTrialEnded)}, nil, "OK", ""},
		"E8: one that the platform suspends": {
			(*Doctor).organizations, []client.Object{organization(metav1.ConditionFalse, v1alpha1.ReasonSuspendedByPlatform)}, nil, "OK", ""},
		"E8: one whose subscription ended": {
			(*Doctor).organizations, []client.Object{organization(metav1.ConditionFalse, v1alpha1.ReasonSubscriptionEnded)}, nil, "OK", ""},
		"one whose host is another's": {(*Doctor).organizations, []client.Object{organization(metav1.ConditionFalse, v1alpha1.ReasonHostNotFree)}, nil, "Warning", "(HostNotFree), for example zylker"},
		"no pods there":               {(*Doctor).pods, nil, nil, "", ""},
		"pods that are ready":         {(*Doctor).pods, []client.Object{pod(corev1.ConditionTrue)}, nil, "OK", "ready: 1"},
		"a pod that is not":           {(*Doctor).pods, []client.Object{pod(corev1.ConditionFalse)}, nil, "Warning", "is not ready"},
	} {
		t.Run(sentence, func(t *testing.T) {
			d := &Doctor{Client: clusterOf(t, tc.there), Namespace: system, Now: now, config: tc.config}
			var states, words []string
			for _, f := range tc.look(d, t.Context()) {
				states, words = append(states, string(f.State)), append(words, f.Found)
				if (f.State == OK) != (f.Do == "") {
					t.Errorf("%s: %s: %q", f.Part, f.State, f.Do)
				}
			}
			if got := strings.Join(states, "/"); got != tc.want || !strings.Contains(strings.Join(words, "\n"), tc.words) {
				t.Errorf("got %s: %s; want %s: … %s …", got, words, tc.want, tc.words)
			}
		})
	}
}

// A laptop's clock may be minutes fast. A leader shows that it lives by renewing its Lease.
func TestALeaderByAFastClock(t *testing.T) {
	c := clusterOf(t, []client.Object{leaseOf("a", now.Add(-5*time.Minute))})
	renews := interceptor.NewClient(c.(client.WithWatch), interceptor.Funcs{Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
		if err := c.Get(ctx, key, obj, opts...); err != nil {
			return err
		}
		next := obj.DeepCopyObject().(*coordinationv1.Lease)
		next.Spec.RenewTime.Time = next.Spec.RenewTime.Add(2 * time.Second)
		return c.Update(ctx, next)
	}})
	if got := (&Doctor{Client: renews, Namespace: system, Now: now}).leader(t.Context()); got[0].State != OK {
		t.Errorf("got %+v", got)
	}
}

// The doctor misses exactly the webhooks that are shipped.
func TestShipped(t *testing.T) {
	manifests, err := os.ReadFile(filepath.Join("..", "..", "..", "config", "webhook", "manifests.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, found := range regexp.MustCompile(`(?m)^  name: (\S+\.polyorg\.io)$`).FindAllStringSubmatch(string(manifests), -1) {
		names = append(names, found[1])
	}
	slices.Sort(names)
	if !slices.Equal(names, shipped) {
		t.Errorf("the manifests have %v", names)
	}
}

func TestJournalsName(t *testing.T) {
	if journalName != journal.Name {
		t.Errorf("the operator's journal is %s", journal.Name)
	}
}
