// SPDX-License-Identifier: Apache-2.0

// Package act ends the acts of people. Somebody creates such an object once, and the operator carries it out once. It is removed when its
// author has had time to read the outcome.
package act

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/status"
)

// keptFor is the time for which an act can be read after it is done.
const keptFor = time.Hour

// soon is the time until the next look at an act for which nothing wakes the controller.
const soon = time.Second

// Outcome is the outcome of an attempt to carry out an act.
type Outcome struct {
	reason, message string
	waits           bool // something else has to be decided first
	unwoken         bool // nothing wakes the controller then
	failed          bool // it could not be carried out, and never will be
	orphaned        bool // it has no reader any more
}

// Orphaned is the outcome of an act without a reader. It is removed at once.
var Orphaned = Outcome{orphaned: true}

// Done is the outcome of an act that was carried out.
func Done(reason, message string) Outcome { return Outcome{reason: reason, message: message} }

// Failed is the outcome of an act that cannot be carried out.
func Failed(reason, message string) Outcome {
	return Outcome{reason: reason, message: message, failed: true}
}

// Waiting is the outcome of an act for which something else must be decided first. That wakes the controller.
func Waiting(message string) Outcome {
	return Outcome{reason: v1alpha1.ReasonPending, message: message, waits: true}
}

// WaitingUnwoken is the outcome of an act that waits for something of which the controller hears nothing. It looks again soon.
func WaitingUnwoken(message string) Outcome {
	outcome := Waiting(message)
	outcome.unwoken = true
	return outcome
}

// Clerk carries out acts of one kind.
type Clerk[T client.Object] struct {
	Client client.Client
	// CarryOut makes one attempt.
	CarryOut func(ctx context.Context, act T, now time.Time) (Outcome, error)
	// Look, if there is one, finds out what earlier attempts did, and writes nothing. An act with a Look lapses.
	Look func(ctx context.Context, act T) (Outcome, error)
	// Lapses is the instant from which an act with a Look is not carried out any more. It depends on when the act was created.
	Lapses func(createdAt time.Time) time.Time
	// Completed points to the time at which an act was completed.
	Completed func(T) **metav1.Time
}

// Step is the step of a Keeper: it carries out an act once, and removes it an hour later.
func (c Clerk[T]) Step(ctx context.Context, act T, say status.Conditions, now time.Time) (time.Duration, error) {
	completed := c.Completed(act)
	switch {
	case act.GetDeletionTimestamp() != nil:
		return 0, nil
	case *completed == nil:
		return c.attempt(ctx, act, say, now)
	}
	if left := (*completed).Add(keptFor).Sub(now); left > 0 {
		return left, nil
	}
	return 0, child.Delete(ctx, c.Client, act)
}

// attempt carries an act out, if that is possible now.
func (c Clerk[T]) attempt(ctx context.Context, act T, say status.Conditions, now time.Time) (time.Duration, error) {
	left := c.left(act, now)
	outcome, err := c.outcome(ctx, act, left, now)
	switch {
	case err != nil:
		return 0, err
	case outcome.orphaned:
		return 0, child.Delete(ctx, c.Client, act)
	case outcome.tell(say):
		done := metav1.NewTime(now.Truncate(time.Second))
		*c.Completed(act) = &done
		return done.Add(keptFor).Sub(now), nil
	case outcome.unwoken:
		return soon, nil
	}
	return left, nil
}

// left is the time until an act lapses; 0 for one that does not.
func (c Clerk[T]) left(act T, now time.Time) time.Duration {
	if c.Look == nil {
		return 0
	}
	return c.Lapses(act.GetCreationTimestamp().Time).Sub(now)
}

// outcome is the outcome of an attempt. An operator that was away for days finds old acts: of those it only says what is done.
func (c Clerk[T]) outcome(ctx context.Context, act T, left time.Duration, now time.Time) (Outcome, error) {
	if c.Look == nil || left > 0 {
		return c.CarryOut(ctx, act, now)
	}
	outcome, err := c.Look(ctx, act)
	if err == nil && outcome.waits {
		return Failed(v1alpha1.ReasonExpired, "It could not be done within an hour; ask again [R9]"), nil
	}
	return outcome, err
}

// tell sets the conditions, and reports whether the act is done.
func (o Outcome) tell(say status.Conditions) bool {
	switch {
	case o.waits:
		say.Waiting(o.reason, o.message)
	case o.failed:
		say.Stalled(o.reason, o.message)
	default:
		say.Ready(o.reason, o.message)
	}
	return !o.waits
}
