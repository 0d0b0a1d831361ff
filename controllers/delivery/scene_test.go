// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"context"
	"errors"
	netmail "net/mail"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/token"
)

const system = "polyorg-system"

var start = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// office is a mail server that answers as a test says. The zero value takes every message.
type office struct {
	// turn is what happens while a message waits for the connection.
	turn func()
	// answer is what the server says of a message.
	answer func(mail.Message) error
	sent   []mail.Message
}

func (o *office) Send(ctx context.Context, write func(context.Context) (mail.Message, error)) error {
	if o.turn != nil {
		o.turn()
	}
	m, err := write(ctx)
	if err != nil {
		return err
	}
	o.sent = append(o.sent, m)
	if o.answer != nil {
		return o.answer(m)
	}
	return nil
}

// says makes the server answer all messages alike; nil takes them.
func (o *office) says(failure *mail.Failure) {
	o.answer = func(mail.Message) error {
		if failure == nil {
			return nil
		}
		return failure
	}
}

// scene is an organization with invitations, and a mail server.
type scene struct {
	*testing.T
	*Reconciler
	office *office
	clock  *clocktesting.FakeClock
	// refuse makes writes of status fail.
	refuse error
}

func newScene(t *testing.T, objects ...client.Object) *scene {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	s := &scene{T: t, office: &office{}, clock: clocktesting.NewFakeClock(start)}
	c := fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(&v1alpha1.Invitation{}).WithObjects(organization()).WithObjects(objects...).
		WithIndex(&v1alpha1.Membership{}, index.User, func(client.Object) []string { return nil }).
		WithInterceptorFuncs(interceptor.Funcs{
			SubResourceUpdate: func(ctx context.Context, c client.Client, sub string, obj client.Object, opts ...client.SubResourceUpdateOption) error {
				if err := errors.Join(ctx.Err(), s.refuse); err != nil {
					return err
				}
				return c.SubResource(sub).Update(ctx, obj, opts...)
			},
		}).Build()
	look, err := brand.BuiltIn(brand.Settings{From: netmail.Address{Address: "invitations@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	s.Reconciler = &Reconciler{
		Client: c, Live: c, Mailer: s.office, Brand: func() *brand.Brand { return look }, Clock: s.clock, turns: newTurns(),
		Tokens:     &token.Store{Client: c, Namespace: system, Clock: s.clock},
		Recipients: &recipients.Store{Client: c, Namespace: system}, Domain: "example.com", PageURL: "https://invitations.example.com",
	}
	return s
}

func organization() *v1alpha1.Organization {
	o := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker", CreationTimestamp: metav1.NewTime(start)}}
	o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: 10}
	return o
}

// begun is a pending invitation whose message of that number was begun.
func begun(name string, send int32) *v1alpha1.Invitation {
	i := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{
		Namespace: "org-zylker", Name: name, UID: types.UID(name), CreationTimestamp: metav1.NewTime(start),
	}}
	i.Spec.Email, i.Spec.Role = name+"@example.org", v1alpha1.RoleStandard
	i.Status = v1alpha1.InvitationStatus{
		State: v1alpha1.InvitationPending, ExpiresAt: &metav1.Time{Time: start.AddDate(0, 0, 7)},
		Delivery: &v1alpha1.InvitationDeliveryStatus{Sends: send, PreviousLink: send - 1},
	}
	return i
}

// looks lets the controller look at an invitation once.
func (s *scene) looks(name string) ctrl.Result {
	s.Helper()
	result, err := s.Reconcile(s.Context(), ctrl.Request{NamespacedName: key(name)})
	if err != nil {
		s.Fatal(err)
	}
	return result
}

func key(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "org-zylker", Name: name}
}

// stored is an invitation as it is stored.
func (s *scene) stored(name string) *v1alpha1.Invitation {
	s.Helper()
	var i v1alpha1.Invitation
	if err := s.Live.Get(s.Context(), key(name), &i); err != nil {
		s.Fatal(err)
	}
	return &i
}

// changes edits an invitation, and its status.
func (s *scene) changes(name string, change func(*v1alpha1.Invitation)) {
	s.Helper()
	i := s.stored(name)
	change(i)
	status := i.DeepCopy()
	if err := s.Live.Update(s.Context(), i); err != nil {
		s.Fatal(err)
	}
	status.ResourceVersion = i.ResourceVersion
	if err := s.Live.Status().Update(s.Context(), status); err != nil {
		s.Fatal(err)
	}
}

// wants fails unless the condition Delivered has this reason, and so many messages left.
func (s *scene) wants(name, reason string, left int) *v1alpha1.InvitationDeliveryStatus {
	s.Helper()
	i := s.stored(name)
	c := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered)
	if c == nil || c.Reason != reason {
		s.Errorf("Delivered is %+v, want %s", c, reason)
	}
	if len(s.office.sent) != left {
		s.Errorf("%d messages left, want %d", len(s.office.sent), left)
	}
	return i.Status.Delivery
}
