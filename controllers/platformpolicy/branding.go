// SPDX-License-Identifier: Apache-2.0

package platformpolicy

import (
	"context"
	"errors"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/mail/brand/follow"
)

// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

const (
	// brandingRetry is the time until the last good ConfigMap is kept again after that failed.
	brandingRetry = 10 * time.Second
	// maxNote is how many bytes of a problem an event or a condition has.
	maxNote = 900
)

// follower follows the ConfigMap on this replica.
type follower interface {
	Verdict() (latest follow.Verdict, changed <-chan struct{})
	Keep(ctx context.Context, data map[string]string) error
}

// Branding tells what became of the ConfigMap of e-mails and pages: in an event of it, and in a condition of the PlatformPolicy. It keeps the
// last good one for replicas that start. The leader runs it.
type Branding struct {
	follower follower
	events   events.EventRecorder
	changed  chan event.GenericEvent // wakes the controller
	told     follow.Verdict          // the latest in an event
}

// NewBranding tells about the ConfigMap that a follower follows; nil: there is none.
func NewBranding(f *follow.Follower, recorder events.EventRecorder) *Branding {
	if f == nil {
		return nil
	}
	return &Branding{follower: f, events: recorder, changed: make(chan event.GenericEvent)}
}

// Start tells of each verdict until the context ends.
func (b *Branding) Start(ctx context.Context) error {
	for ctx.Err() == nil {
		v, next := b.follower.Verdict()
		var again <-chan time.Time
		if err := b.tell(ctx, v); err != nil && ctx.Err() == nil {
			log.FromContext(ctx).Error(err, "The last good ConfigMap of e-mails and pages could not be kept")
			again = time.After(brandingRetry)
		}
		select {
		case <-next:
		case <-again:
		case <-ctx.Done():
		}
	}
	return nil
}

func (b *Branding) tell(ctx context.Context, v follow.Verdict) error {
	if !v.Judged {
		return nil
	}
	b.record(v)
	policy := &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName}}
	select {
	case b.changed <- event.GenericEvent{Object: policy}:
	case <-ctx.Done():
		return nil
	}
	if v.InForce == nil {
		return nil
	}
	return b.follower.Keep(ctx, v.InForce)
}

// record sends an event about the ConfigMap. A new leader tells again of a mistake, and not that all is well.
func (b *Branding) record(v follow.Verdict) {
	was := b.told
	b.told = v
	switch {
	case v.Of == nil || was.Of != nil && was.Of.UID == v.Of.UID && was.Of.ResourceVersion == v.Of.ResourceVersion:
	case v.Problem != nil:
		b.events.Eventf(v.Of, nil, corev1.EventTypeWarning, v1alpha1.ReasonBrandingRefused, brandingAction, "%s", noteOf(v.Problem))
	case was.Judged:
		b.events.Eventf(v.Of, nil, corev1.EventTypeNormal, v1alpha1.ReasonBrandingInForce, brandingAction, "E-mails and pages look as it says")
	}
}

// brandingAction names in events what the operator was doing.
const brandingAction = "Check"

// say sets the condition. It leaves it as an earlier leader set it until this one knows, and removes it where there is no ConfigMap to look at.
func (b *Branding) say(c status.Conditions) {
	if b == nil {
		c.Remove(v1alpha1.ConditionBrandingAccepted)
		return
	}
	switch v, _ := b.follower.Verdict(); {
	case !v.Judged:
	case v.Problem == nil:
		c.True(v1alpha1.ConditionBrandingAccepted, v1alpha1.ReasonBrandingInForce, "E-mails and pages look as the ConfigMap "+v.Of.Name+" says")
	case errors.Is(v.Problem, follow.ErrNotFound):
		c.False(v1alpha1.ConditionBrandingAccepted, v1alpha1.ReasonConfigMapNotFound, noteOf(v.Problem)+"; what was in force stays; create it, "+
			"or remove mail.configMap from the operator's configuration")
	default:
		c.False(v1alpha1.ConditionBrandingAccepted, v1alpha1.ReasonBrandingRefused, noteOf(v.Problem)+"; what was in force stays until the ConfigMap "+
			v.Of.Name+" is corrected")
	}
}

// noteOf is a problem in one line.
func noteOf(problem error) string {
	text := strings.ReplaceAll(problem.Error(), "\n", "; ")
	if len(text) <= maxNote {
		return text
	}
	return strings.ToValidUTF8(text[:maxNote], "") + "…"
}
