// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
)

// enforcement: the cluster refuses, as a dry run, a User whose name does not follow from its address (U1). Nothing but Polyorg does so.
func (d *Doctor) enforcement(ctx context.Context) []Finding {
	const part = "enforcement"
	err := d.Client.Create(ctx, &v1alpha1.User{
		ObjectMeta: metav1.ObjectMeta{Name: "doctor.polyorg.invalid"},
		Spec:       v1alpha1.UserSpec{Email: "doctor@polyorg.invalid"},
	}, client.DryRunAll)
	switch {
	case err == nil:
		return []Finding{{part, Fault, "the API server admits what Polyorg refuses: rules and limits do not hold", reinstall}}
	case plain.CodeOf(err) == plain.Refused && strings.HasSuffix(err.Error(), "[U1]"):
		return []Finding{{part, OK, "the cluster refuses what Polyorg refuses", ""}}
	case plain.CodeOf(err) == plain.Later:
		return []Finding{{part, Fault, "the API server does not get Polyorg's answer: " + plain.Text(err),
			"see that replicas are ready, and that network policies let the API server reach them at port 9443"}}
	}
	return []Finding{{part, Unknown, plain.Text(err), "run this as a platform actor"}}
}

// view: a replica answers a question from what it has seen, so it has seen everything.
func (d *Doctor) view(ctx context.Context) []Finding {
	const part = "view"
	r := &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "doctor"}, Spec: v1alpha1.SelfReviewSpec{User: "doctor@polyorg.invalid"}}
	err := d.Client.Create(ctx, r, client.DryRunAll)
	switch {
	case err == nil && r.Status.User == "":
		return []Finding{{part, Fault, "a review comes back without an answer: the cluster does not ask the webhook review.polyorg.io", reinstall}}
	case err == nil:
		return []Finding{{part, OK, "a replica answers from what it has seen", ""}}
	case plain.CodeOf(err) == plain.Later:
		return []Finding{{part, Fault, plain.Text(err), "a replica that has just started lists everything first; if it lasts, look at its log"}}
	}
	return []Finding{{part, Unknown, plain.Text(err), "run this as a platform actor"}}
}
