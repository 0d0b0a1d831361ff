// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"errors"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/recipients"
)

var errNoKey = errors.New("the key cannot be read")

// deletes counts what an invitation of the organization zylker sent, as its deletion does, and returns how much counts then.
func deletes(t *testing.T, keyless bool, org *v1alpha1.Organization) (counted int32, err error) {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	there := fake.NewClientBuilder().WithScheme(scheme)
	if org != nil {
		there.WithObjects(org)
	}
	c := there.WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			if _, is := o.(*corev1.Secret); is && keyless {
				return errNoKey
			}
			return c.Get(ctx, key, o, opts...)
		},
	}).Build()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	known := &recipients.Store{Client: c, Namespace: "polyorg-system"}
	v := &Validator{Clock: testingclock.NewFakePassiveClock(now), Recipients: known,
		Journal: journal.New(c, facts.NewView("crm.example.com"), "polyorg-system")}
	i := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "bob", UID: "uid"}}
	i.Spec.Email, i.Status.Delivery = "bob@zylker.com", &v1alpha1.InvitationDeliveryStatus{Sends: 2}
	if err := v.noteSent(t.Context(), i, nil); err != nil || keyless {
		return 0, err
	}
	record, err := known.Get(t.Context(), recipients.Of("zylker", "bob@zylker.com"))
	return record.Messages(nil, now), err
}

func TestI13WhatWasSentCountsAfterTheDeletion(t *testing.T) {
	living := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker"}}
	ending := living.DeepCopy()
	ending.DeletionTimestamp, ending.Finalizers = &metav1.Time{Time: time.Unix(1, 0)}, []string{v1alpha1.OrganizationFinalizer}
	for sentence, tc := range map[string]struct {
		org     *v1alpha1.Organization
		keyless error
	}{
		"of a living organization, and never without a count":   {living, errNoKey},
		"of one that ends, which a missing key does not stop":   {ending, nil},
		"of one that is gone, which a missing key neither does": {nil, nil},
	} {
		if got, err := deletes(t, false, tc.org); got != 2 || err != nil {
			t.Errorf("%s: %d count, %v", sentence, got, err)
		}
		if _, err := deletes(t, true, tc.org); !errors.Is(err, tc.keyless) {
			t.Errorf("%s: without the key: %v, want %v", sentence, err, tc.keyless)
		}
	}
}
