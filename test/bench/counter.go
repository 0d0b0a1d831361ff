// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// These are the counters' limits. The benchmark stays far below them.
const perUser, perOrganization = 10, 1000000

var errLimit = errors.New("the limit is reached")

// counters is the usual way of others: one small object a user and one an organization. Before a Membership is admitted, compare-and-swap
// increments them. It is done well. ConfigMaps travel as protobuf, and each replica remembers the version that it last saw. Its own
// requests for one counter queue up in memory, so they do not conflict. It still drifts and leaks, so Polyorg does not use it; this
// measures its cost.
type counters struct {
	maps corev1client.ConfigMapInterface
	mu   sync.Mutex
	seen map[string]*counter
}

// counter is one count, as this replica last saw it.
type counter struct {
	mu   sync.Mutex
	last *corev1.ConfigMap
}

func serveCounter(_ context.Context, mgr manager.Manager, _ *http.ServeMux) (healthz.Checker, error) {
	kube := *mgr.GetConfig()
	kube.ContentType, kube.AcceptContentTypes = "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf,application/json"
	core, err := corev1client.NewForConfig(&kube)
	if err != nil {
		return nil, err
	}
	all := &counters{maps: core.ConfigMaps(systemNamespace), seen: map[string]*counter{}}
	decoder := admission.NewDecoder(mgr.GetScheme())
	handle(mgr, func(ctx context.Context, req admission.Request) admission.Response {
		m := &v1alpha1.Membership{}
		if req.Operation != admissionv1.Create || req.Kind.Kind != "Membership" || req.DryRun != nil && *req.DryRun {
			return admission.Allowed("")
		}
		if err := decoder.Decode(req, m); err != nil {
			return admission.Errored(http.StatusBadRequest, err)
		}
		return respond(all.take(ctx, m))
	})
	return healthz.Ping, nil
}

func respond(err error) admission.Response {
	switch {
	case err == nil:
		return admission.Allowed("")
	case errors.Is(err, errLimit):
		return admission.Denied(err.Error())
	}
	return admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{Result: &metav1.Status{
		Code: http.StatusTooManyRequests, Reason: metav1.StatusReasonTooManyRequests, Message: err.Error(),
		Details: &metav1.StatusDetails{RetryAfterSeconds: 1},
	}}}
}

// take counts a Membership for its user and its organization, or for neither.
func (n *counters) take(ctx context.Context, m *v1alpha1.Membership) error {
	user := "user-" + fingerprint(m.Spec.User)
	organization := "organization-" + strings.TrimPrefix(m.Namespace, v1alpha1.NamespacePrefix)
	if err := n.add(ctx, user, 1, perUser); err != nil {
		return err
	}
	err := n.add(ctx, organization, 1, perOrganization)
	if err != nil {
		return errors.Join(err, n.add(context.WithoutCancel(ctx), user, -1, perUser))
	}
	return nil
}

// add changes one count, unless that exceeds its limit. After a conflict it tries again on the stored count.
func (n *counters) add(ctx context.Context, name string, by, limit int) error {
	c := n.counter(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	return retry.OnError(atOnce, func(err error) bool { return contended(err) && ctx.Err() == nil }, func() error {
		err := n.swap(ctx, c, name, by, limit)
		if err != nil {
			c.last = nil
		}
		return err
	})
}

// atOnce tries again as often as the request's own time allows. A pause would only let the other replica go first.
var atOnce = wait.Backoff{Duration: time.Millisecond, Jitter: 1, Steps: math.MaxInt32}

func contended(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err)
}

func (n *counters) counter(name string) *counter {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen[name] == nil {
		n.seen[name] = &counter{}
	}
	return n.seen[name]
}

// swap reads an unknown counter, and writes it. The first request that needs one creates it.
func (n *counters) swap(ctx context.Context, c *counter, name string, by, limit int) error {
	var err error
	if c.last == nil {
		c.last, err = n.maps.Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			made := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"used": strconv.Itoa(by)}}
			c.last, err = n.maps.Create(ctx, made, metav1.CreateOptions{})
			return err
		}
		if err != nil {
			return err
		}
	}
	used, err := strconv.Atoi(c.last.Data["used"])
	if err != nil {
		return err
	}
	if used+by > limit {
		return errLimit
	}
	next := c.last.DeepCopy()
	next.Data["used"] = strconv.Itoa(used + by)
	c.last, err = n.maps.Update(ctx, next, metav1.UpdateOptions{})
	return err
}

func fingerprint(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}
