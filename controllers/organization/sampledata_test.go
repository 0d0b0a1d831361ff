// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"errors"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestRefusal(t *testing.T) {
	kind, jobs := batchv1.SchemeGroupVersion.WithKind("Job").GroupKind(), batchv1.Resource("jobs")
	invalid := apierrors.NewInvalid(kind, sampleDataName, field.ErrorList{
		field.Invalid(field.NewPath("spec", "template", "spec", "restartPolicy"), "hunter2", "must not be hunter2"),
		field.Required(field.NewPath("spec", "selector"), ""),
		field.Invalid(field.NewPath("spec", "selector"), "hunter2", "wrong, too"),
	})
	for sentence, tc := range map[string]struct {
		err  error
		want string
	}{
		"of an invalid one the fields, each once":  {invalid, "The Job's template is invalid: spec.selector, spec.template.spec.restartPolicy"},
		"without a field, only that it is invalid": {apierrors.NewInvalid(kind, sampleDataName, nil), "The Job's template is invalid: its form"},
		"of a quota its name, and no numbers of the moment": {
			apierrors.NewForbidden(jobs, sampleDataName, errors.New("exceeded quota: no-jobs, requested: count/jobs.batch=1, used: count/jobs.batch=7")),
			"Cannot create the Job: exceeded quota: no-jobs",
		},
		"of a webhook's message nothing": {
			apierrors.NewForbidden(jobs, sampleDataName, errors.New("denied at 10:31:07 by 10.0.0.7:51234")),
			"Cannot create the Job: the cluster refuses it, by its access rules, a policy or a webhook",
		},
		"of another Job of its name, that it is another's": {errNotOurs, "There is another Job polyorg-sample-data, which is not the organization's"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := refusal(tc.err); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
