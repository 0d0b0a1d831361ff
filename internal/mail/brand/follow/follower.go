// SPDX-License-Identifier: Apache-2.0

// Package follow keeps the brand of the platform up to date on one replica, as its ConfigMap says. A ConfigMap with a mistake, and one that is
// deleted, leave the last good brand in force.
package follow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail/brand"
)

// +kubebuilder:rbac:groups="",namespace=polyorg-system,resources=configmaps,verbs=get;list;watch;create;update

// Accepted is the ConfigMap in which the leader keeps the last good one for replicas that start. It has the same data.
const Accepted = "polyorg-mail-accepted"

// retry is the time until the next look after one that failed.
const retry = 5 * time.Second

// ErrNotFound is the problem where the ConfigMap is not there.
var ErrNotFound = errors.New("the ConfigMap is not there")

// Verdict is what became of the ConfigMap.
type Verdict struct {
	// Of is the ConfigMap; nil: it is not there, or nobody has looked yet.
	Of *corev1.ConfigMap
	// Problem is the mistake in it; nil: its brand is in force.
	Problem error
	// InForce is the data of the brand in force; nil: it is the built-in one.
	InForce map[string]string
	// Judged is false until the first look.
	Judged bool
}

// Follower follows one ConfigMap. It is safe for concurrent use.
type Follower struct {
	key      types.NamespacedName
	settings brand.Settings
	// watched is a cache of the one ConfigMap.
	watched cache.Cache
	seen    client.Reader
	// live reads and writes past it.
	live client.Client

	current atomic.Pointer[brand.Brand]
	// inForce is the data of the current brand; nil: no ConfigMap has decided it. Only look uses it.
	inForce map[string]string

	mu      sync.Mutex
	verdict Verdict
	changed chan struct{} // closed with the next verdict
}

var (
	_ manager.Runnable               = (*Follower)(nil)
	_ manager.LeaderElectionRunnable = (*Follower)(nil)
)

// New follows the ConfigMap of a key. Until the first look, the brand is the built-in one.
func New(kube *rest.Config, live client.Client, key types.NamespacedName, settings brand.Settings) (*Follower, error) {
	builtIn, err := brand.BuiltIn(settings)
	if err != nil {
		return nil, err
	}
	watched, err := cache.New(kube, cache.Options{
		Scheme: live.Scheme(), Mapper: live.RESTMapper(),
		DefaultNamespaces: map[string]cache.Config{key.Namespace: {}},
		ByObject:          map[client.Object]cache.ByObject{&corev1.ConfigMap{}: {Field: fields.OneTermEqualSelector("metadata.name", key.Name)}},
	})
	if err != nil {
		return nil, err
	}
	f := &Follower{key: key, settings: settings, watched: watched, seen: watched, live: live, changed: make(chan struct{})}
	f.current.Store(builtIn)
	return f, nil
}

// Brand is the one in force.
func (f *Follower) Brand() *brand.Brand { return f.current.Load() }

// Verdict is the latest one. The channel is closed when there is another.
func (f *Follower) Verdict() (latest Verdict, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.verdict, f.changed
}

// Await waits for the first look.
func (f *Follower) Await(ctx context.Context) error {
	for {
		v, changed := f.Verdict()
		if v.Judged {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("the ConfigMap %s could not be read: %w", f.key, context.Cause(ctx))
		}
	}
}

// NeedLeaderElection is false: every replica serves the page.
func (f *Follower) NeedLeaderElection() bool { return false }

// Start follows until the context ends.
func (f *Follower) Start(ctx context.Context) error {
	woken := make(chan struct{}, 1)
	wake := func() {
		select {
		case woken <- struct{}{}:
		default: // it is awake
		}
	}
	informer, err := f.watched.GetInformer(ctx, &corev1.ConfigMap{}, cache.BlockUntilSynced(false))
	if err != nil {
		return err
	}
	if _, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { wake() }, UpdateFunc: func(any, any) { wake() }, DeleteFunc: func(any) { wake() },
	}); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- f.watched.Start(ctx) }()
	if f.watched.WaitForCacheSync(ctx) {
		f.follow(ctx, woken)
	}
	return <-ended
}

// follow looks whenever it is woken.
func (f *Follower) follow(ctx context.Context, woken <-chan struct{}) {
	for ctx.Err() == nil {
		var again <-chan time.Time
		if err := f.look(ctx); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "The ConfigMap of e-mails and pages could not be read", "ConfigMap", f.key)
			again = time.After(retry)
		}
		select {
		case <-woken:
		case <-again:
		case <-ctx.Done():
		}
	}
}

// look judges the ConfigMap as it is now. Its error is of the reading, and no verdict.
func (f *Follower) look(ctx context.Context) error {
	is, problem, err := f.judge(ctx)
	if err == nil && problem != nil && f.inForce == nil {
		err = f.recall(ctx)
	}
	if err != nil {
		return err
	}
	if v := (Verdict{Of: is, Problem: problem, InForce: f.inForce, Judged: true}); !v.same(f.verdict) {
		f.tell(ctx, v)
	}
	return nil
}

// same reports whether two verdicts are about one state of the ConfigMap.
func (v Verdict) same(other Verdict) bool {
	if v.Judged != other.Judged || (v.Of == nil) != (other.Of == nil) {
		return false
	}
	return v.Of == nil || v.Of.UID == other.Of.UID && v.Of.ResourceVersion == other.Of.ResourceVersion
}

// judge puts the brand of the ConfigMap in force, or says what is wrong with it.
func (f *Follower) judge(ctx context.Context) (is *corev1.ConfigMap, problem, err error) {
	is = &corev1.ConfigMap{}
	switch err := f.seen.Get(ctx, f.key, is); {
	case apierrors.IsNotFound(err):
		return nil, ErrNotFound, nil
	case err != nil:
		return nil, nil, err
	}
	for key := range is.BinaryData {
		return is, fmt.Errorf("%s: it is in binaryData; write it as text", key), nil
	}
	b, problem := brand.Make(f.settings, is.Data)
	if problem == nil {
		f.decide(b, is.Data)
	}
	return is, problem, nil
}

// recall puts the last good brand in force that the leader has kept. Where there is none, or none that this version of the operator takes, the
// built-in one stands.
func (f *Follower) recall(ctx context.Context) error {
	var kept corev1.ConfigMap
	if err := f.live.Get(ctx, types.NamespacedName{Namespace: f.key.Namespace, Name: Accepted}, &kept); err != nil {
		return client.IgnoreNotFound(err)
	}
	if b, err := brand.Make(f.settings, kept.Data); err == nil {
		f.decide(b, kept.Data)
	}
	return nil
}

// Keep stores the data of the last good ConfigMap, for replicas that start. The leader calls it.
func (f *Follower) Keep(ctx context.Context, data map[string]string) error {
	kept := &corev1.ConfigMap{}
	err := f.live.Get(ctx, types.NamespacedName{Namespace: f.key.Namespace, Name: Accepted}, kept)
	switch {
	case apierrors.IsNotFound(err):
		kept.Namespace, kept.Name, kept.Data = f.key.Namespace, Accepted, data
		return f.live.Create(ctx, kept, client.FieldOwner(v1alpha1.FieldOwner))
	case err != nil || maps.Equal(kept.Data, data):
		return err
	}
	kept.Data = data
	return f.live.Update(ctx, kept, client.FieldOwner(v1alpha1.FieldOwner))
}

func (f *Follower) decide(b *brand.Brand, data map[string]string) {
	f.current.Store(b)
	f.inForce = map[string]string{} // an empty ConfigMap decides, too
	maps.Copy(f.inForce, data)
}

// tell makes a verdict known, in the metric too.
func (f *Follower) tell(ctx context.Context, v Verdict) {
	logger := ctrl.LoggerFrom(ctx).WithValues("ConfigMap", f.key)
	if v.Problem == nil {
		valid.WithLabelValues().Set(1)
		logger.Info("E-mails and pages look as the ConfigMap says", "resourceVersion", v.Of.ResourceVersion)
	} else {
		valid.WithLabelValues().Set(0)
		logger.Info("The ConfigMap of e-mails and pages is refused, and what was in force stays", "problem", v.Problem.Error())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.verdict = v
	close(f.changed)
	f.changed = make(chan struct{})
}
