// SPDX-License-Identifier: Apache-2.0

// Package status keeps the status of objects: conditions that kstatus understands. It writes them once a reconcile, and only when something
// changed.
package status

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// maxMessage is how many bytes of a message are kept; the API allows 32768.
const maxMessage = 1024

// Conditions sets the conditions of one generation of one object at one instant.
type Conditions struct {
	list       *[]metav1.Condition
	generation int64
	now        time.Time
	apart      bool
}

// Of sets the conditions in a list, for who keeps a part of a status beside its Keeper.
func Of(list *[]metav1.Condition, generation int64, now time.Time) Conditions {
	return Conditions{list: list, generation: generation, now: now}
}

// Apart sets everything but the conditions that say whether the object is in service. The caller sets those.
func (c Conditions) Apart() Conditions {
	c.apart = true
	return c
}

// unspoken reports whether a condition must not be set.
func (c Conditions) unspoken(kind string) bool {
	_, way := opposites[kind]
	return c.apart && (way || kind == v1alpha1.ConditionReady)
}

// opposites cannot both be True (kstatus): an object that is stalled is not under way.
var opposites = map[string]string{
	v1alpha1.ConditionStalled:     v1alpha1.ConditionReconciling,
	v1alpha1.ConditionReconciling: v1alpha1.ConditionStalled,
}

// Set sets one condition, and removes its opposite.
func (c Conditions) Set(kind string, status metav1.ConditionStatus, reason, message string) {
	if c.unspoken(kind) {
		return
	}
	if opposite, ok := opposites[kind]; ok && status == metav1.ConditionTrue {
		c.Remove(opposite)
	}
	meta.SetStatusCondition(c.list, metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: cut(message),
		ObservedGeneration: c.generation, LastTransitionTime: metav1.NewTime(c.now),
	})
}

// cut shortens a message that is too long, and never inside a character. Otherwise the API server would store another message than this
// one, and the operator would write it again and again.
func cut(message string) string {
	return strings.ToValidUTF8(message[:min(len(message), maxMessage)], "")
}

// True states that one thing is well.
func (c Conditions) True(kind, reason, message string) {
	c.Set(kind, metav1.ConditionTrue, reason, message)
}

// False states that one thing is not well.
func (c Conditions) False(kind, reason, message string) {
	c.Set(kind, metav1.ConditionFalse, reason, message)
}

// Anything reports whether any condition was ever set.
func (c Conditions) Anything() bool { return len(*c.list) > 0 }

// readyFirst puts Ready before the others, because people read from the top.
func (c Conditions) readyFirst() {
	slices.SortStableFunc(*c.list, func(a, b metav1.Condition) int { return place(a) - place(b) })
}

// place is 0 for Ready, and 1 for any other condition.
func place(c metav1.Condition) int {
	if c.Type == v1alpha1.ConditionReady {
		return 0
	}
	return 1
}

// Remove removes one condition.
func (c Conditions) Remove(kind string) {
	if !c.unspoken(kind) {
		meta.RemoveStatusCondition(c.list, kind)
	}
}

// Ready states that all is done as the spec says. The reason tells how.
func (c Conditions) Ready(reason, message string) {
	c.True(v1alpha1.ConditionReady, reason, message)
	c.Remove(v1alpha1.ConditionReconciling)
	c.Remove(v1alpha1.ConditionStalled)
}

// Waiting states that something else must come first, and that the operator then continues by itself.
func (c Conditions) Waiting(reason, message string) {
	c.False(v1alpha1.ConditionReady, reason, message)
	c.True(v1alpha1.ConditionReconciling, reason, message)
}

// Stalled states that nothing will change until somebody acts.
func (c Conditions) Stalled(reason, message string) {
	c.False(v1alpha1.ConditionReady, reason, message)
	c.True(v1alpha1.ConditionStalled, reason, message)
}

// retrying states that an attempt failed and that another follows. It leaves Ready as it was.
func (c Conditions) retrying(err error) {
	if meta.FindStatusCondition(*c.list, v1alpha1.ConditionReady) == nil {
		c.Set(v1alpha1.ConditionReady, metav1.ConditionUnknown, v1alpha1.ReasonProgressing, "No attempt has succeeded so far")
	}
	reason, message := explain(err)
	c.True(v1alpha1.ConditionReconciling, reason, message)
}

// settle removes one of two conditions that exclude each other, if an older operator or somebody else has set both.
func (c Conditions) settle() {
	if meta.IsStatusConditionTrue(*c.list, v1alpha1.ConditionStalled) {
		c.Remove(v1alpha1.ConditionReconciling)
	}
}
