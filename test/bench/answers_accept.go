// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// accept makes the invitees of a load accept, as many at once as prepare a cluster, and returns when the operator has carried out
// everything. It returns the time of each answer, the number of failures, and the time of all answers together.
func (c *cluster) accept(ctx context.Context, l answersLoad, answers int) (took []time.Duration, failed int, span time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, answersAtMost)
	defer cancel()
	seen, err := c.admin.Watch(ctx, &v1alpha1.InvitationResponseList{})
	if err != nil {
		return nil, 0, 0, err
	}
	defer seen.Stop()
	ends := make(chan ended, answers)
	go follow(seen, ends)
	var sent sync.Map // when, by the answer's UID
	started := time.Now()
	writing := make(chan error, 1)
	go func() {
		writing <- inParallel(answers, func(i int) error { return c.acceptOne(ctx, l.invitation(c.orgs, i), &sent) })
	}()
	all, err := collect(ctx, ends, writing, answers)
	for _, e := range all {
		if at, ok := sent.Load(e.answer.UID); ok {
			took = append(took, e.at.Sub(at.(time.Time)))
		}
		if !isReady(e.answer.Status.Conditions) {
			failed++
			say("  %v", e.answer.Status.Conditions)
		}
		span = max(span, e.at.Sub(started))
	}
	return took, failed, span, err
}

// ended is an answer that was carried out, or that failed.
type ended struct {
	answer *v1alpha1.InvitationResponse
	at     time.Time
}

// follow reports each answer once, when it ends. The answers of an earlier load ended before.
func follow(seen watch.Interface, ends chan<- ended) {
	started := time.Now().Truncate(time.Second) // the API server's times are whole seconds
	known := map[string]bool{}
	for e := range seen.ResultChan() {
		a, ok := e.Object.(*v1alpha1.InvitationResponse)
		if !ok || known[a.Name] || a.Status.CompletedAt == nil || a.Status.CompletedAt.Time.Before(started) {
			continue
		}
		known[a.Name] = true
		ends <- ended{a, time.Now()}
	}
}

// collect waits until all answers are written and have ended.
func collect(ctx context.Context, ends <-chan ended, writing <-chan error, answers int) (all []ended, err error) {
	for len(all) < answers {
		select {
		case e := <-ends:
			all = append(all, e)
		case err := <-writing:
			if err != nil {
				return all, err
			}
			writing = nil
		case <-ctx.Done():
			return all, fmt.Errorf("%d of %d answers ended: %w", len(all), answers, ctx.Err())
		}
	}
	if writing == nil {
		return all, nil
	}
	return all, <-writing
}

// acceptOne makes one invitee accept. It writes the stamp too, because the operator's mutating webhook is not installed here.
func (c *cluster) acceptOne(ctx context.Context, i *v1alpha1.Invitation, sent *sync.Map) error {
	if err := c.admin.Get(ctx, client.ObjectKeyFromObject(i), i); err != nil {
		return err
	}
	invitee, err := c.as(i.Spec.Email)
	if err != nil {
		return err
	}
	a := &v1alpha1.InvitationResponse{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "answer-"},
		Spec: v1alpha1.InvitationResponseSpec{
			Invitation: &v1alpha1.InvitationReference{Namespace: i.Namespace, Name: i.Name}, Decision: v1alpha1.DecisionAccept,
			Author: i.Spec.Email, Invitee: i.Spec.Email, InvitationUID: i.UID, Role: i.Spec.Role, UserType: v1alpha1.UserTypeInternal,
		},
	}
	started := time.Now()
	if err := invitee.Create(ctx, a); err != nil {
		why := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionReady)
		return errors.Join(err, fmt.Errorf("the invitation is %v", why))
	}
	sent.Store(a.UID, started)
	return nil
}

// as is a client by which the administrator impersonates a person, over the same connections for all people.
func (c *cluster) as(user string) (client.Client, error) {
	config := c.control.Config()
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: []string{customers, "system:authenticated"}}
	return client.New(config, client.Options{Scheme: c.scheme, Mapper: c.admin.RESTMapper()})
}
