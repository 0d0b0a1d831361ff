// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"encoding/json"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// Reviewer answers reviews from this replica's view: a SelfReview comes back with its status (R9). It reads nothing else, unless it is
// asked for a whole Organization.
type Reviewer struct {
	View *facts.View
	// Look shows a world with every change that any replica admitted before, as Journal.Look does.
	Look    func(ctx context.Context, actor string, f func(facts.World)) error
	Actors  *identity.Actors
	Clock   clock.PassiveClock
	Decoder admission.Decoder
	// Live reads an Organization that is asked for.
	Live  client.Reader
	rates rates
}

// Handle answers one review.
func (v *Reviewer) Handle(ctx context.Context, req admission.Request) admission.Response {
	if req.Kind.Kind != "SelfReview" || req.Kind.Group != v1alpha1.GroupName || req.Kind.Version != v1alpha1.GroupVersion.Version {
		return unknown(req)
	}
	if !v.rates.allow(req.UserInfo.Username, v.Clock.Now()) {
		return tooMany(req)
	}
	r := &v1alpha1.SelfReview{}
	if err := v.Decoder.Decode(req, r); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	if !v.View.Synced() {
		return notNow(req, "this replica of Polyorg has just started, and has not seen everything yet")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	act, err := v.act(ctx, req, r)
	if err != nil {
		return unavailable(ctx, req, err)
	}
	violations, subject, err := v.answer(ctx, req, act, r)
	switch {
	case err != nil:
		return failed(ctx, req, err)
	case len(violations) > 0:
		return answerFor(req, violations)
	}
	if err := v.attach(ctx, r, act.Actor, subject); err != nil {
		return unavailable(ctx, req, err)
	}
	answered, err := json.Marshal(r)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, answered)
}

// act is who asks. Only a question about somebody else, or about an organization, needs to know whether that is a platform actor.
func (v *Reviewer) act(ctx context.Context, req admission.Request, r *v1alpha1.SelfReview) (rules.Act, error) {
	act := rules.Act{Actor: v.Actors.Person(req.UserInfo.Username), Now: v.Clock.Now(), BaseDomain: v.View.BaseDomain()}
	if rules.ReviewOf(act.Actor, r) == act.Actor.Email && r.Spec.Organization == "" {
		return act, nil
	}
	actor, err := v.Actors.Actor(ctx, req.UserInfo)
	act.Actor = actor
	return act, err
}

// answer fills in the status, or says why not. The right to see a whole Organization rests on what every replica has admitted, and is for the
// Organization of one UID. For the rest, this replica's view is enough: it shows people their own.
func (v *Reviewer) answer(ctx context.Context, req admission.Request, act rules.Act, r *v1alpha1.SelfReview) (violations rules.Violations, subject types.UID, err error) {
	dryRun := req.DryRun != nil && *req.DryRun
	look := func(w facts.World) {
		o := rules.Best(w)
		if violations = rules.SignedIn(act, rules.SelfReview(o, act, r, dryRun)); len(violations) == 0 {
			r.Status = rules.Self(o, act.Now, w.Person(rules.ReviewOf(act.Actor, r)))
			subject = w.Subject(act.Actor.Email, r.Spec.Organization, false)
		}
	}
	if r.Spec.Organization != "" {
		err = v.Look(ctx, fingerprint(req.UserInfo.Username), look)
		return violations, subject, err
	}
	v.View.Judge(facts.NewOverlay(nil), nil, look)
	return violations, subject, nil
}

// attach adds the Organization that was asked for, if it is there. One that was made again under its name since the judgement may be another
// tenant's, so to a person it is not there (U3). Managed fields are for tools that write it.
func (v *Reviewer) attach(ctx context.Context, r *v1alpha1.SelfReview, actor rules.Actor, subject types.UID) error {
	if r.Spec.Organization == "" {
		return nil
	}
	org := &v1alpha1.Organization{}
	err := v.Live.Get(ctx, client.ObjectKey{Name: r.Spec.Organization}, org)
	if err != nil || org.UID != subject && !actor.Platform {
		return client.IgnoreNotFound(err)
	}
	org.ManagedFields = nil
	org.TypeMeta = metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "Organization"}
	r.Status.Organization = &runtime.RawExtension{Object: org}
	return nil
}
