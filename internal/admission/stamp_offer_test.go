// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// seen is an API server that has one invitation, or fails.
type seen struct {
	client.Reader
	invitation *v1alpha1.Invitation
	err        error
}

func (s seen) List(_ context.Context, into client.ObjectList, options ...client.ListOption) error {
	if s.err != nil || s.invitation == nil {
		return s.err
	}
	asked := (&client.ListOptions{}).ApplyOptions(options)
	of := fields.Set{"metadata.name": s.invitation.Name, "spec.email": s.invitation.Spec.Email}
	if asked.Namespace == s.invitation.Namespace && asked.FieldSelector.Matches(of) {
		into.(*v1alpha1.InvitationList).Items = []v1alpha1.Invitation{*s.invitation}
	}
	return nil
}

// TestWhatAFinishedInvitationOffered: U3, only the invitee learns that the invitation existed.
func TestWhatAFinishedInvitationOffered(t *testing.T) {
	expired := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "bob", UID: "1"}, Spec: v1alpha1.InvitationSpec{Email: "bob@zylker.com", Role: v1alpha1.RoleStandard},
		Status: v1alpha1.InvitationStatus{State: v1alpha1.InvitationExpired}}
	broken := errors.New("no API server")
	for sentence, tc := range map[string]struct {
		live    seen
		author  string
		want    rules.Offer
		wantErr error
	}{
		"the invitee is told what it offered": {seen{invitation: expired}, "bob@zylker.com",
			rules.Offer{User: "bob@zylker.com", Invitation: "1", Role: v1alpha1.RoleStandard, UserType: v1alpha1.UserTypeInternal}, nil},
		"anybody else is told nothing":            {seen{invitation: expired}, "eve@zylker.com", rules.Offer{}, nil},
		"as of an invitation that is not there":   {seen{}, "bob@zylker.com", rules.Offer{}, nil},
		"a failed look-up is no answer to either": {seen{err: broken}, "bob@zylker.com", rules.Offer{}, broken},
	} {
		t.Run(sentence, func(t *testing.T) {
			got, err := (&Stamper{Live: tc.live}).finished(t.Context(), tc.author, types.NamespacedName{Namespace: "org-zylker", Name: "bob"})
			if !errors.Is(err, tc.wantErr) {
				t.Errorf("got error %v, want %v", err, tc.wantErr)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestNothingIsLookedUp: I7, where the author can have no invitation. There is no journal here, nor a cache.
func TestNothingIsLookedUp(t *testing.T) {
	s := &Stamper{Actors: &identity.Actors{}}
	for sentence, tc := range map[string]struct {
		author string
		ref    *v1alpha1.InvitationReference
	}{
		"an answer by link names none":                {"bob@zylker.com", nil},
		"an actor without an e-mail address has none": {"system:serviceaccount:default:bot", &v1alpha1.InvitationReference{Namespace: "org-zylker", Name: "bob"}},
	} {
		if got, err := s.invited(t.Context(), tc.author, tc.ref); err != nil || got != (rules.Offer{}) {
			t.Errorf("%s: got %+v, %v", sentence, got, err)
		}
	}
}
