// SPDX-License-Identifier: Apache-2.0

package session

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
)

// Acting is how a command acts.
type Acting struct {
	DryRun  bool          // judged, and not done
	Timeout time.Duration // how long to wait until it is done; 0: not at all
}

// Done reports whether a review shows what an act brings about. Nil: only the act itself tells.
type Done func(v1alpha1.SelfReviewStatus) bool

// interval is the time between two looks. One person gets ten reviews a second.
const interval = 300 * time.Millisecond

// Create makes an object, or has its creation judged.
func (s *Session) Create(ctx context.Context, obj client.Object, how Acting) error {
	c, err := s.Client()
	if err != nil {
		return err
	}
	if how.DryRun {
		return c.Create(ctx, obj, client.DryRunAll)
	}
	return c.Create(ctx, obj)
}

// Change changes the spec of an object by a JSON merge patch.
func (s *Session) Change(ctx context.Context, obj client.Object, spec map[string]any, how Acting) error {
	patch, err := json.Marshal(map[string]any{"spec": spec})
	if err != nil {
		return err
	}
	return s.Patch(ctx, obj, patch, how)
}

// Patch changes an object by a JSON merge patch.
func (s *Session) Patch(ctx context.Context, obj client.Object, patch []byte, how Acting) error {
	c, err := s.Client()
	if err != nil {
		return err
	}
	var options []client.PatchOption
	if how.DryRun {
		options = append(options, client.DryRunAll)
	}
	return c.Patch(ctx, obj, client.RawPatch(types.MergePatchType, patch), options...)
}

// Again is an object as it is now. If it is gone, or the person may not read it, it is what they sent, without the state of before.
func (s *Session) Again(ctx context.Context, obj client.Object) (client.Object, error) {
	c, err := s.Client()
	if err != nil {
		return nil, err
	}
	now := obj.DeepCopyObject().(client.Object)
	if c.Get(ctx, client.ObjectKeyFromObject(obj), now) == nil {
		return now, nil
	}
	kind, err := c.GroupVersionKindFor(obj)
	if err != nil {
		return nil, err
	}
	return withoutState(obj, kind)
}

func withoutState(obj client.Object, kind schema.GroupVersionKind) (client.Object, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return nil, err
	}
	delete(content, "status")
	u := &unstructured.Unstructured{Object: content}
	u.SetGroupVersionKind(kind)
	return u, nil
}

// Delete deletes an object, or has its deletion judged.
func (s *Session) Delete(ctx context.Context, obj client.Object, how Acting) error {
	c, err := s.Client()
	if err != nil {
		return err
	}
	if how.DryRun {
		return c.Delete(ctx, obj, client.DryRunAll)
	}
	return c.Delete(ctx, obj)
}

// Request asks for what the person has no role for (R9), and waits until it is done.
func (s *Session) Request(ctx context.Context, organization string, action v1alpha1.RequestAction, spec map[string]any, done Done, how Acting) (*v1alpha1.OrganizationRequest, error) {
	r := &v1alpha1.OrganizationRequest{ObjectMeta: metav1.ObjectMeta{GenerateName: "request-"},
		Spec: v1alpha1.OrganizationRequestSpec{Organization: organization, Action: action}}
	if spec != nil {
		raw, err := json.Marshal(spec)
		if err != nil {
			return nil, err
		}
		r.Spec.Patch = string(raw)
	}
	if err := s.Create(ctx, r, how); err != nil {
		return nil, err
	}
	return r, s.Await(ctx, r, done, how)
}

// ChangeOrganization changes an Organization whichever way is open: by itself, or where RBAC gives the person no role for it, by a request.
// It returns the object by which it was done.
func (s *Session) ChangeOrganization(ctx context.Context, organization string, spec map[string]any, how Acting) (client.Object, error) {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: organization}}
	err := s.Change(ctx, org, spec, how)
	return s.OrByRequest(org, err, func() (*v1alpha1.OrganizationRequest, error) {
		return s.Request(ctx, organization, v1alpha1.RequestChange, spec, nil, how)
	})
}

// DeleteOrganization deletes an Organization whichever way is open.
func (s *Session) DeleteOrganization(ctx context.Context, organization string, how Acting) (client.Object, error) {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: organization}}
	err := s.Delete(ctx, org, how)
	return s.OrByRequest(org, err, func() (*v1alpha1.OrganizationRequest, error) {
		return s.Request(ctx, organization, v1alpha1.RequestDelete, nil, nil, how)
	})
}

// OrByRequest is the second way where RBAC does not open the first. If that is not open either, the first refusal says more.
func (s *Session) OrByRequest(direct client.Object, err error, request func() (*v1alpha1.OrganizationRequest, error)) (client.Object, error) {
	if !plain.IsWithoutRight(err) {
		return direct, err
	}
	r, requested := request()
	if plain.IsWithoutRight(requested) {
		return direct, err
	}
	return r, requested
}

// Await returns when an act is done, as the person's review tells: by the act itself, or by what it brings about. It is an error if
// the act turned out to be impossible.
func (s *Session) Await(ctx context.Context, act client.Object, done Done, how Acting) error {
	if how.DryRun || how.Timeout == 0 {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, how.Timeout)
	defer cancel()
	err := wait.PollUntilContextCancel(within, interval, true, func(ctx context.Context) (bool, error) {
		r, err := s.Review(ctx, v1alpha1.SelfReviewSpec{})
		return finished(r, err, act.GetName(), done)
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return &plain.Error{Code: plain.Later, Message: "it was admitted, and is not done after " + how.Timeout.String() + "; what becomes of it is in: kubectl polyorg list"}
	}
	return err
}

// finished reports whether an act is done, as a review tells. A review that nobody answers tells nothing: the act is admitted.
func finished(r *v1alpha1.SelfReview, err error, act string, done Done) (bool, error) {
	if plain.IsUnanswered(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if finished, err := outcome(r.Status.Requests, act); finished || err != nil {
		return finished, err
	}
	return done != nil && done(r.Status), nil
}

// outcome is what became of an act.
func outcome(requests []v1alpha1.ReviewedRequest, name string) (done bool, err error) {
	for _, r := range requests {
		if r.Name != name || r.CompletedAt == nil {
			continue
		}
		if r.Ready != metav1.ConditionTrue {
			return true, &plain.Error{Code: plain.Refused, Message: plain.InCommands(r.Message)}
		}
		return true, nil
	}
	return false, nil
}
