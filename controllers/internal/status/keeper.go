// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

const (
	// again is the delay after a lost race. By then the cache has seen the other write.
	again = 200 * time.Millisecond
	// action names in events what the operator was doing.
	action = "Reconcile"
)

// Keeper keeps the status of one kind: it is the only one in its controller that writes it.
type Keeper[T client.Object] struct {
	Client client.Client
	Clock  clock.PassiveClock
	Events events.EventRecorder
	// Parts points to the parts of a status that every kind has.
	Parts func(T) (*[]metav1.Condition, *int64)
	// Alarms are conditions that send a Warning when they become True.
	Alarms []string
	// Finalizer, if there is one, is stored before any step.
	Finalizer string
	// News, if there is any, sends the events of a kind about what happened to an object. It is called after its status was stored.
	News func(before, after T)
}

// Step moves one object on at one instant, and sets its conditions. It returns the delay until the next look; 0 means that only a change
// causes one.
type Step[T client.Object] func(ctx context.Context, obj T, say Conditions, now time.Time) (time.Duration, error)

// Keep reads an object, takes a step, stores the status if it changed, and sends events about it.
func (k Keeper[T]) Keep(ctx context.Context, req ctrl.Request, obj T, step Step[T]) (result ctrl.Result, err error) {
	if err := k.Client.Get(ctx, req.NamespacedName, obj); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if k.Finalizer != "" && obj.GetDeletionTimestamp() == nil && !controllerutil.ContainsFinalizer(obj, k.Finalizer) {
		return k.begin(ctx, obj)
	}
	before := obj.DeepCopyObject().(T)
	defer func() { result, err = k.store(ctx, before, obj, result, err) }()

	conditions, observed := k.Parts(obj)
	say := Conditions{list: conditions, generation: obj.GetGeneration(), now: k.Clock.Now()}
	say.settle()
	after, err := step(ctx, obj, say, say.now)
	switch {
	case err == nil:
		*observed = obj.GetGeneration()
	case !lostRace(err) && !errors.Is(err, ErrNotYet):
		say.retrying(err)
	}
	say.readyFirst()
	return ctrl.Result{RequeueAfter: after}, err
}

// begin stores the finalizer by a patch of its own, and that change wakes the controller again. A lost race may bring no such change, so
// Keep looks at the object once more.
func (k Keeper[T]) begin(ctx context.Context, obj T) (ctrl.Result, error) {
	patch := client.MergeFromWithOptions(obj.DeepCopyObject().(T), client.MergeFromWithOptimisticLock{})
	controllerutil.AddFinalizer(obj, k.Finalizer)
	err := k.Client.Patch(ctx, obj, patch)
	if lostRace(err) {
		return ctrl.Result{RequeueAfter: again}, nil
	}
	return ctrl.Result{}, client.IgnoreNotFound(err)
}

// ErrBehind is the error of a step that would decide by data that is not up to date.
var ErrBehind = errors.New("not up to date yet")

// ErrNotYet is the error of a step that has nothing to state yet. The object that it waits for comes in a moment, and wakes the controller.
var ErrNotYet = errors.New("nothing to say yet")

// lostRace reports errors that the next look at the cache will mend. Somebody else wrote first, the wanted object exists already, or the
// cache was behind.
func lostRace(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) || errors.Is(err, ErrBehind)
}

// store writes a changed status, then sends events. After a lost race it tries again soon, and returns no error.
func (k Keeper[T]) store(ctx context.Context, before, after T, result ctrl.Result, failed error) (ctrl.Result, error) {
	switch {
	case errors.Is(failed, ErrNotYet):
		return ctrl.Result{}, nil
	case lostRace(failed):
		return ctrl.Result{RequeueAfter: again}, nil
	}
	changed, err := Write(ctx, k.Client, before, after)
	switch {
	case lostRace(err):
		return ctrl.Result{RequeueAfter: again}, nil
	case err != nil:
		return ctrl.Result{}, err
	case changed:
		k.tell(before, after)
		k.alarm(before, after)
		if k.News != nil {
			k.News(before, after)
		}
	}
	if failed != nil {
		return ctrl.Result{}, failed // controller-runtime ignores a result beside an error
	}
	return result, nil
}

// Write stores a status that changed, if nobody else wrote the object meanwhile. An object that is gone needs no status.
//
// Write sends an update, because a patch costs more: the API server must first apply it as JSON. An update removes fields that a later
// version has added to the status. The later version writes them again when it takes over. The operator's role allows patches too, because
// an earlier version that still leads writes by them.
func Write(ctx context.Context, c client.Client, before, after client.Object) (changed bool, err error) {
	if equality.Semantic.DeepEqual(before, after) {
		return false, nil
	}
	if err := c.Status().Update(ctx, after); err != nil {
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		return false, fmt.Errorf("store status: %w", err)
	}
	return true, nil
}

// tell sends a Warning when an object stalls, or stalls for another reason. Of an object that is well, its condition Ready says enough.
func (k Keeper[T]) tell(before, after T) {
	old, _ := k.Parts(before)
	now, _ := k.Parts(after)
	was, is := meta.FindStatusCondition(*old, v1alpha1.ConditionReady), meta.FindStatusCondition(*now, v1alpha1.ConditionReady)
	if is == nil || (was != nil && was.Status == is.Status && was.Reason == is.Reason) {
		return
	}
	if meta.IsStatusConditionTrue(*now, v1alpha1.ConditionStalled) {
		k.Events.Eventf(after, nil, corev1.EventTypeWarning, is.Reason, action, "%s", is.Message)
	}
}

// alarm sends an event for each alarm that was not True before.
func (k Keeper[T]) alarm(before, after T) {
	old, _ := k.Parts(before)
	now, _ := k.Parts(after)
	for _, kind := range k.Alarms {
		if is := meta.FindStatusCondition(*now, kind); meta.IsStatusConditionTrue(*now, kind) && !meta.IsStatusConditionTrue(*old, kind) {
			k.Events.Eventf(after, nil, corev1.EventTypeWarning, is.Reason, action, "%s", is.Message)
		}
	}
}
