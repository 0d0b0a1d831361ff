// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// operate does the work of the controllers: they carry out answers, reserve hosts that were given up, and clear organizations that are
// being deleted. Their creations and deletions go through admission. Their writes of status do not, and only give something up.
func (s *simulation) operate() {
	for {
		if work := s.work(); len(work) > 0 {
			one(s, work)()
		}
		s.waitUntil(s.now.Add(time.Second), nil)
	}
}

// work is all that the controllers have to do.
func (s *simulation) work() (work []func()) {
	for _, o := range s.server.stored.sorted() {
		switch o := o.(type) {
		case *v1alpha1.InvitationResponse:
			work = append(work, s.answerWork(o)...)
		case *v1alpha1.Organization:
			work = append(work, s.hostWork(o)...)
			if o.DeletionTimestamp != nil {
				work = append(work, s.endWork(o)...)
			}
		case *v1alpha1.Invitation:
			if o.Spec.Revoked && o.Status.State == "" {
				work = append(work, func() { s.concludes(o, v1alpha1.InvitationRevoked) })
			}
		}
	}
	return work
}

// says writes status, if the object is still what was read.
func (s *simulation) says(read client.Object, change func(client.Object)) {
	o := read.DeepCopyObject().(client.Object)
	change(o)
	err := s.server.update(o, true)
	s.trace("operator: status of %s: %v", keyOf(o), err)
}

func (s *simulation) concludes(i *v1alpha1.Invitation, state v1alpha1.InvitationState) {
	s.says(i, func(o client.Object) { o.(*v1alpha1.Invitation).Status.State = state })
}

// answerWork is the next step of carrying out an answer: first the membership, then the invitation, then it is done.
func (s *simulation) answerWork(r *v1alpha1.InvitationResponse) []func() {
	w := s.server.stored
	ref := r.Spec.Invitation
	i, _ := w[key{"Invitation", client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}}].(*v1alpha1.Invitation)
	org, _ := w.organizationNamed(answered(r))
	accepts := r.Spec.Decision == v1alpha1.DecisionAccept
	finished := stalled(r) || meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionReady)
	switch {
	case finished:
		return nil
	case accepts && (org == nil || org.DeletionTimestamp != nil):
		return []func(){func() { s.deletes(r) }}
	case i == nil:
		return []func(){func() { s.settle(r, v1alpha1.ConditionStalled) }}
	case accepts && !w.member(answered(r), r.Spec.Invitee):
		if !pending(i) {
			return []func(){func() { s.settle(r, v1alpha1.ConditionStalled) }}
		}
		return []func(){func() {
			s.creates(membership(answered(r), r.Name, r.Spec.Invitee, v1alpha1.OriginInvited, r.Spec.UserType))
		}}
	case pending(i) && accepts:
		return []func(){func() { s.concludes(i, v1alpha1.InvitationAccepted) }}
	case pending(i):
		return []func(){func() { s.concludes(i, v1alpha1.InvitationDeclined) }}
	}
	return []func(){func() { s.settle(r, v1alpha1.ConditionReady) }}
}

// member reports whether a user has a membership, or needs none.
func (w world) member(organization, user string) bool {
	for k, o := range w {
		switch o := o.(type) {
		case *v1alpha1.Membership:
			if organizationOf(o) == organization && o.Spec.User == user {
				return true
			}
		case *v1alpha1.Organization:
			if k.name.Name == organization && o.Spec.SuperAdmin == user {
				return true
			}
		}
	}
	return false
}

func (s *simulation) settle(r *v1alpha1.InvitationResponse, condition string) {
	s.says(r, func(o client.Object) {
		meta.SetStatusCondition(&o.(*v1alpha1.InvitationResponse).Status.Conditions, metav1.Condition{
			Type: condition, Status: metav1.ConditionTrue, Reason: "Simulated", LastTransitionTime: metav1.NewTime(s.now),
		})
	})
}

// hostWork: status holds a host until its reservation stands.
func (s *simulation) hostWork(o *v1alpha1.Organization) (work []func()) {
	host := o.Spec.AccessURL.Name + "." + baseDomain
	if !slices.Contains(o.Status.Hosts, host) {
		return []func(){func() {
			s.says(o, func(o client.Object) {
				status := &o.(*v1alpha1.Organization).Status
				status.Hosts = append(slices.Clone(status.Hosts), host)
			})
		}}
	}
	for _, old := range o.Status.Hosts {
		if old == host {
			continue
		}
		if s.server.stored[key{kind: "HostReservation", name: client.ObjectKey{Name: old}}] == nil {
			return []func(){func() { s.creates(reservation(old, o)) }}
		}
		work = append(work, func() {
			s.says(o, func(o client.Object) { o.(*v1alpha1.Organization).Status.Hosts = []string{host} })
		})
	}
	return work
}

// endWork: an organization that is being deleted goes when all that is in it has gone.
func (s *simulation) endWork(org *v1alpha1.Organization) (work []func()) {
	for _, o := range s.server.stored.sorted() {
		if organizationOf(o) == org.Name {
			work = append(work, func() { s.deletes(o) })
		}
	}
	if len(work) == 0 {
		work = append(work, func() {
			s.server.sealed[org.Name] = true
			s.updates(org, func(o client.Object) { o.SetFinalizers(nil) })
		})
	}
	return work
}
