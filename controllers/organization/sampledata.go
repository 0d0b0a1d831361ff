// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	// sampleDataName is the name of the Job in each organization's namespace. It never changes: by a Job of this name the operator knows
	// that sample data is being loaded.
	sampleDataName = "polyorg-sample-data"
	// sampleDataAgain is the time after which to try again a Job that the cluster refused.
	sampleDataAgain = time.Minute
)

var errNotOurs = errors.New("there is a Job of that name which is not the organization's")

// keepSampleData loads sample data once, where it was asked for (O5). Once it is loaded the condition always says so, whatever happens to
// the Job. Before that the Job is the memory: a failed one stays until somebody deletes it, which asks for another.
func (r *Reconciler) keepSampleData(ctx context.Context, o *observed, say status.Conditions) error {
	if !o.org.Spec.SampleData {
		return nil
	}
	job, err := r.sampleDataJob(ctx, r.Client, o.org)
	switch {
	case err != nil:
		return err
	case meta.IsStatusConditionTrue(o.org.Status.Conditions, v1alpha1.ConditionSampleDataLoaded):
		say.True(v1alpha1.ConditionSampleDataLoaded, v1alpha1.ReasonLoaded, "Sample data was loaded")
		return r.expire(ctx, job)
	case job != nil:
		reportSampleData(job, say)
	case o.suspended:
		say.False(v1alpha1.ConditionSampleDataLoaded, o.why, "Waits until the organization is no longer suspended")
	case r.Config.SampleData == nil:
		say.Set(v1alpha1.ConditionSampleDataLoaded, metav1.ConditionUnknown, v1alpha1.ReasonNotConfigured,
			"Sample data is asked for, and this installation has nothing that loads it")
	default:
		return r.loadSampleData(ctx, o, say)
	}
	return nil
}

// awaitSampleData says for what sample data waits, unless it is loaded or nobody asked for it.
func (o *observed) awaitSampleData(say status.Conditions, reason, message string) {
	loaded := meta.IsStatusConditionTrue(o.org.Status.Conditions, v1alpha1.ConditionSampleDataLoaded)
	if o.org.Spec.SampleData && !loaded {
		say.False(v1alpha1.ConditionSampleDataLoaded, reason, message)
	}
}

// sampleDataJob is the organization's Job; nil where there is none.
func (r *Reconciler) sampleDataJob(ctx context.Context, from client.Reader, org *v1alpha1.Organization) (*batchv1.Job, error) {
	job := &batchv1.Job{}
	err := from.Get(ctx, client.ObjectKey{Namespace: namespaceOf(org), Name: sampleDataName}, job)
	if err != nil || !metav1.IsControlledBy(job, org) {
		return nil, client.IgnoreNotFound(err)
	}
	return job, nil
}

// reportSampleData shows the progress of the Job. It does not repeat the output of its pods.
func reportSampleData(job *batchv1.Job, say status.Conditions) {
	failed := jobCondition(job, batchv1.JobFailed)
	switch {
	case jobCondition(job, batchv1.JobComplete) != nil:
		say.True(v1alpha1.ConditionSampleDataLoaded, v1alpha1.ReasonLoaded, "Sample data was loaded")
	case failed != nil:
		say.False(v1alpha1.ConditionSampleDataLoaded, v1alpha1.ReasonLoadFailed, fmt.Sprintf(
			"%s: %s; delete the Job %s to load again", failed.Reason, failed.Message, sampleDataName))
	default:
		say.False(v1alpha1.ConditionSampleDataLoaded, v1alpha1.ReasonLoading, fmt.Sprintf(
			"The Job %s: %s active, %d failed", sampleDataName, rules.Number(int(job.Status.Active), "pod", "pods"), job.Status.Failed))
	}
}

// jobCondition is a condition of the Job that is True; nil where it is not.
func jobCondition(job *batchv1.Job, kind batchv1.JobConditionType) *batchv1.JobCondition {
	is := func(c batchv1.JobCondition) bool { return c.Type == kind && c.Status == corev1.ConditionTrue }
	if i := slices.IndexFunc(job.Status.Conditions, is); i >= 0 {
		return &job.Status.Conditions[i]
	}
	return nil
}

// loadSampleData makes the Job. If the cluster refuses it, the organization has not failed: it is in service without.
func (r *Reconciler) loadSampleData(ctx context.Context, o *observed, say status.Conditions) error {
	job := newSampleDataJob(o.org, r.Config.SampleData)
	err := r.Client.Create(ctx, job, client.FieldOwner(v1alpha1.FieldOwner))
	if apierrors.IsAlreadyExists(err) { // the cache has not seen it yet, or it belongs to somebody else
		if job, err = r.sampleDataJob(ctx, r.Live, o.org); err == nil && job == nil {
			err = errNotOurs
		}
	}
	switch {
	case err == nil:
		reportSampleData(job, say)
	case apierrors.IsInvalid(err), apierrors.IsForbidden(err), errors.Is(err, errNotOurs):
		log.FromContext(ctx).Error(err, "The Job that loads sample data was refused")
		o.again = sampleDataAgain
		say.False(v1alpha1.ConditionSampleDataLoaded, v1alpha1.ReasonJobRefused, refusal(err))
	default:
		return fmt.Errorf("create job: %w", err)
	}
	return nil
}

// refusal says why the cluster refuses the Job. If its form is wrong, refusal names the fields and no values: the template is the
// platform's, and the readers are tenants.
func refusal(err error) string {
	if errors.Is(err, errNotOurs) {
		return "There is another Job " + sampleDataName + ", which is not the organization's"
	}
	var answer apierrors.APIStatus
	if !apierrors.IsInvalid(err) || !errors.As(err, &answer) {
		_, why := status.Why(err)
		return "Cannot create the Job: " + why
	}
	var fields []string
	if details := answer.Status().Details; details != nil {
		for _, cause := range details.Causes {
			fields = append(fields, cause.Field)
		}
	}
	slices.Sort(fields)
	return "The Job's template is invalid: " + cmp.Or(strings.Join(slices.Compact(fields), ", "), "its form")
}

// newSampleDataJob is the configured template, completed for the organization. It has no time to live: if the Job went by itself, its end
// could not be seen, and sample data would be loaded twice.
func newSampleDataJob(org *v1alpha1.Organization, from *config.SampleData) *batchv1.Job {
	template := from.JobTemplate.DeepCopy()
	job := &batchv1.Job{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
	job.Namespace, job.Name = namespaceOf(org), sampleDataName
	job.Labels = map[string]string{}
	maps.Copy(job.Labels, template.Labels)
	maps.Copy(job.Labels, child.Labels(org))
	job.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(org, v1alpha1.GroupVersion.WithKind("Organization"))}
	job.Spec.TTLSecondsAfterFinished = nil
	pod := &job.Spec.Template.Spec
	if pod.AutomountServiceAccountToken == nil {
		pod.AutomountServiceAccountToken = ptr.To(false) // the least power; the template may ask for a token
	}
	for _, containers := range [][]corev1.Container{pod.InitContainers, pod.Containers} {
		for i := range containers {
			containers[i].Env = append(sampleDataEnv(org), containers[i].Env...)
		}
	}
	return job
}

// sampleDataEnv tells a container for which organization it loads data. It comes first, so that the template's own variables can refer to
// it.
func sampleDataEnv(org *v1alpha1.Organization) []corev1.EnvVar {
	return []corev1.EnvVar{
		{Name: config.EnvOrganization, Value: org.Name},
		{Name: config.EnvLocale, Value: cmp.Or(org.Spec.Locale, "en")},
		{Name: config.EnvTimeZone, Value: cmp.Or(org.Spec.TimeZone, "UTC")},
	}
}

// expire gives a Job, once its success is in the status, the time to live that the template asks for.
func (r *Reconciler) expire(ctx context.Context, job *batchv1.Job) error {
	if job == nil || r.Config.SampleData == nil {
		return nil
	}
	ttl := r.Config.SampleData.JobTemplate.Spec.TTLSecondsAfterFinished
	if ttl == nil || ptr.Equal(ttl, job.Spec.TTLSecondsAfterFinished) {
		return nil
	}
	patch := client.MergeFrom(job.DeepCopy())
	job.Spec.TTLSecondsAfterFinished = ttl
	return client.IgnoreNotFound(r.Client.Patch(ctx, job, patch, client.FieldOwner(v1alpha1.FieldOwner)))
}
