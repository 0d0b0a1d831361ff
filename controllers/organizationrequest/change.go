// SPDX-License-Identifier: Apache-2.0

package organizationrequest

import (
	"context"
	"encoding/json"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/internal/rules"
)

// change sends the author's patch, for the state of the Organization that is read here. Admission judges it as the author's own. An earlier
// attempt may have sent it without a note of that: then the Organization names the request as its last one.
func (r *Reconciler) change(ctx context.Context, asked *v1alpha1.OrganizationRequest) (step, error) {
	org, gone, err := r.organization(ctx, asked)
	if err != nil || org == nil {
		return step{outcome: gone}, err
	}
	after, violations := rules.Patched(org, asked.Spec.Patch)
	if len(violations) > 0 {
		return step{outcome: act.Failed(v1alpha1.ReasonInvalid, violations.String())}, nil
	}
	changed := act.Done(v1alpha1.ReasonChanged, asked.Spec.Organization+" is changed; its conditions say when the change is in effect")
	if last(org) == asked.Name || equality.Semantic.DeepEqual(org.Spec, after.Spec) {
		return step{outcome: changed}, nil
	}
	if noted, err := r.noted(ctx, org); err != nil || !noted {
		return step{outcome: act.WaitingUnwoken("Waits until the change before is noted")}, err
	}
	return step{changed, func(ctx context.Context) error { return r.patch(ctx, asked, org) }}, nil
}

// patch sends the author's patch.
func (r *Reconciler) patch(ctx context.Context, asked *v1alpha1.OrganizationRequest, org *v1alpha1.Organization) error {
	patch, err := patchOf(asked, org)
	if err != nil {
		return err
	}
	return r.Client.Patch(ctx, org, client.RawPatch(types.MergePatchType, patch), by(asked))
}

// patchOf is the author's patch, for one state of the Organization, with the note that the request is carried out.
func patchOf(asked *v1alpha1.OrganizationRequest, org *v1alpha1.Organization) ([]byte, error) {
	return json.Marshal(map[string]any{
		"metadata": map[string]any{
			"resourceVersion": org.ResourceVersion, "annotations": map[string]string{v1alpha1.LastRequestAnnotation: asked.Name},
		},
		"spec": json.RawMessage(asked.Spec.Patch),
	})
}

// last is the name of the request by which an object was last changed.
func last(obj client.Object) string { return obj.GetAnnotations()[v1alpha1.LastRequestAnnotation] }

// noted reports whether the status of the request before says what became of it. Until then only the Organization says so, and of one request.
// A platform actor may have written something else there, for example with a copy: that is no change which is under way here.
func (r *Reconciler) noted(ctx context.Context, org *v1alpha1.Organization) (bool, error) {
	if last(org) == "" || len(content.IsPathSegmentName(last(org))) > 0 {
		return true, nil
	}
	other := &v1alpha1.OrganizationRequest{}
	err := r.Live.Get(ctx, client.ObjectKey{Name: last(org)}, other)
	return err != nil || !changes(other, org) || other.Status.CompletedAt != nil, client.IgnoreNotFound(err)
}

// changes reports whether a request is one to change this Organization.
func changes(r *v1alpha1.OrganizationRequest, org *v1alpha1.Organization) bool {
	return r.Spec.Action == v1alpha1.RequestChange && r.Spec.SubjectUID == org.UID
}
