// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// sampleDataTemplate is the template in the operator's configuration here.
func sampleDataTemplate() batchv1.JobTemplateSpec {
	return batchv1.JobTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"team": "crm"}, Annotations: map[string]string{"example.com/why": "samples"}},
		Spec: batchv1.JobSpec{
			BackoffLimit: ptr.To[int32](2), TTLSecondsAfterFinished: ptr.To[int32](600),
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				RestartPolicy:  corev1.RestartPolicyNever,
				InitContainers: []corev1.Container{{Name: "wait", Image: "loader:1"}},
				Containers: []corev1.Container{{Name: "load", Image: "loader:1", Env: []corev1.EnvVar{
					{Name: "TARGET", Value: "https://crm/$(POLYORG_ORGANIZATION)"},
				}}},
			}},
		},
	}
}

func withSampleData(name, superAdmin string) *v1alpha1.Organization {
	org := organization(name, superAdmin)
	org.Spec.SampleData, org.Spec.Locale, org.Spec.TimeZone = true, "fr", "Europe/Paris"
	return org
}

func jobOf(org *v1alpha1.Organization) *batchv1.Job {
	return &batchv1.Job{ObjectMeta: lab.Inside(org.Name, "polyorg-sample-data")}
}

// sampleDataIs waits for a state of an organization's sample data.
func sampleDataIs(ctx context.Context, org *v1alpha1.Organization, status metav1.ConditionStatus, reason, message string) {
	GinkgoHelper()
	eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
		g.Expect(condition(o, v1alpha1.ConditionSampleDataLoaded)).To(And(
			HaveField("Status", status), HaveField("Reason", reason), HaveField("Message", ContainSubstring(message)),
			HaveField("ObservedGeneration", o.Generation)))
	})
}

// progress writes a Job's status as Kubernetes' job controller would, which does not run here.
func progress(ctx context.Context, job *batchv1.Job, how func(*batchv1.JobStatus)) {
	GinkgoHelper()
	Eventually(func() error {
		if err := kube.Get(ctx, key(job), job); err != nil {
			return err
		}
		how(&job.Status)
		return kube.Status().Update(ctx, job)
	}).WithContext(ctx).Should(Succeed())
}

func running(s *batchv1.JobStatus) {
	s.StartTime, s.Active, s.Failed = ptr.To(metav1.Now()), 1, 1
}

func finished(conditions ...batchv1.JobCondition) func(*batchv1.JobStatus) {
	return func(s *batchv1.JobStatus) {
		s.Active = 0
		for _, c := range conditions {
			c.Status, c.LastTransitionTime = corev1.ConditionTrue, metav1.Now()
			s.Conditions = append(s.Conditions, c)
			if c.Type == batchv1.JobComplete {
				s.CompletionTime, s.Succeeded = ptr.To(metav1.Now()), 1
			}
		}
	}
}

var (
	complete = finished(batchv1.JobCondition{Type: batchv1.JobSuccessCriteriaMet}, batchv1.JobCondition{Type: batchv1.JobComplete})
	failed   = finished(batchv1.JobCondition{Type: batchv1.JobFailureTarget}, batchv1.JobCondition{
		Type: batchv1.JobFailed, Reason: batchv1.JobReasonBackoffLimitExceeded, Message: "Job has reached the specified backoff limit"})
)

var _ = Describe("Sample data (O5)", func() {
	It("is loaded by one Job, made as the configuration says, once for good", func(ctx context.Context) {
		org := becomes(ctx, create(ctx, withSampleData(lab.Unique("zylker"), lab.Person("john"))), v1alpha1.ReasonActive)
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonLoading, "0 pods active")
		job := read(ctx, jobOf(org))
		Expect(metav1.IsControlledBy(job, org)).To(BeTrue())
		Expect(job.Labels).To(And(HaveKeyWithValue("team", "crm"), HaveKeyWithValue(v1alpha1.OrganizationLabel, org.Name)))
		Expect(job.Annotations).To(HaveKeyWithValue("example.com/why", "samples"))
		Expect(job.Spec.BackoffLimit).To(HaveValue(BeEquivalentTo(2)))
		Expect(job.Spec.TTLSecondsAfterFinished).To(BeNil(), "its end is to be seen first")
		pod := job.Spec.Template.Spec
		Expect(pod.AutomountServiceAccountToken).To(HaveValue(BeFalse()))
		about := []corev1.EnvVar{
			{Name: "POLYORG_ORGANIZATION", Value: org.Name}, {Name: "POLYORG_LOCALE", Value: "fr"}, {Name: "POLYORG_TIME_ZONE", Value: "Europe/Paris"},
		}
		Expect(pod.InitContainers[0].Env).To(Equal(about))
		Expect(pod.Containers[0].Env).To(Equal(append(about, corev1.EnvVar{Name: "TARGET", Value: "https://crm/$(POLYORG_ORGANIZATION)"})))

		progress(ctx, job, running)
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonLoading, "1 pod active, 1 failed")
		Expect(condition(org, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonActive), "nothing waits for it")
		progress(ctx, job, complete)
		sampleDataIs(ctx, org, metav1.ConditionTrue, v1alpha1.ReasonLoaded, "")
		eventually(ctx, job, func(g Gomega, j *batchv1.Job) {
			g.Expect(j.Spec.TTLSecondsAfterFinished).To(HaveValue(BeEquivalentTo(600)))
		})

		Expect(kube.Delete(ctx, job, client.PropagationPolicy(metav1.DeletePropagationBackground))).To(Succeed())
		goes(ctx, job)
		change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.DisplayName = "Looked at again" })
		sampleDataIs(ctx, org, metav1.ConditionTrue, v1alpha1.ReasonLoaded, "")
		Expect(kube.Get(ctx, key(job), job)).To(MatchError(apierrors.IsNotFound, "IsNotFound"), "it is not loaded twice")
	})

	It("that failed says why, and is loaded again when its Job is deleted", func(ctx context.Context) {
		org := becomes(ctx, create(ctx, withSampleData(lab.Unique("zylker"), lab.Person("john"))), v1alpha1.ReasonActive)
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonLoading, "")
		job := jobOf(org)
		progress(ctx, job, running)
		progress(ctx, job, failed)
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonLoadFailed,
			"BackoffLimitExceeded: Job has reached the specified backoff limit; delete the Job polyorg-sample-data to load again")
		Expect(condition(org, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonActive))
		Expect(read(ctx, job).Spec.TTLSecondsAfterFinished).To(BeNil(), "a failure stays until somebody has seen it")

		first := job.UID
		Expect(kube.Delete(ctx, job, client.PropagationPolicy(metav1.DeletePropagationBackground))).To(Succeed())
		eventually(ctx, job, func(g Gomega, j *batchv1.Job) { g.Expect(j.UID).NotTo(Equal(first)) })
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonLoading, "")
		progress(ctx, job, running)
		progress(ctx, job, complete)
		sampleDataIs(ctx, org, metav1.ConditionTrue, v1alpha1.ReasonLoaded, "")
	})

	It("waits while the organization is suspended (E3)", func(ctx context.Context) {
		org := withSampleData(lab.Unique("zylker"), lab.Person("john"))
		org.Spec.TrialEndsAt = &metav1.Time{Time: clock.Now().Add(-time.Hour)}
		becomes(ctx, create(ctx, org), v1alpha1.ReasonTrialEnded)
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonTrialEnded, "no longer suspended")
		Expect(kube.Get(ctx, key(jobOf(org)), &batchv1.Job{})).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
		subscribe(ctx, org, ultimate)
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonLoading, "")
		read(ctx, jobOf(org))
	})

	It("waits while the organization is beyond a limit (L2)", func(ctx context.Context) {
		john := lab.Person("john")
		setPolicy(ctx, v1alpha1.PlatformPolicySpec{Limits: &v1alpha1.LimitsPolicy{CreatedOrganizationsPerUser: ptr.To[int32](1)}})
		settled(ctx, lab.Unique("zylker"), john)
		org := create(ctx, withSampleData(lab.Unique("zylker"), john))
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonOverLimit, "Not loaded")
		Expect(kube.Get(ctx, key(jobOf(org)), &batchv1.Job{})).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
	})

	It("that the cluster refuses to load leaves the organization in service", func(ctx context.Context) {
		org := withSampleData(lab.Unique("zylker"), lab.Person("john"))
		labels := map[string]string{v1alpha1.OrganizationLabel: org.Name}
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + org.Name, Labels: labels}})
		quota := create(ctx, &corev1.ResourceQuota{ObjectMeta: lab.Inside(org.Name, "no-jobs"), Spec: corev1.ResourceQuotaSpec{
			Hard: corev1.ResourceList{"count/jobs.batch": resource.MustParse("0")}}})
		eventually(ctx, quota, func(g Gomega, q *corev1.ResourceQuota) { g.Expect(q.Status.Hard).NotTo(BeEmpty()) })
		becomes(ctx, create(ctx, org), v1alpha1.ReasonActive)
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonJobRefused, "exceeded quota")
		looksAgain(ctx, org, time.Minute)

		Expect(kube.Delete(ctx, quota)).To(Succeed())
		Eventually(func(g Gomega) {
			touch(ctx, org)
			g.Expect(kube.Get(ctx, key(jobOf(org)), &batchv1.Job{})).To(Succeed())
		}).WithContext(ctx).Should(Succeed())
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonLoading, "")
	})

	It("is not taken for loaded by somebody else's Job", func(ctx context.Context) {
		org := withSampleData(lab.Unique("zylker"), lab.Person("john"))
		labels := map[string]string{v1alpha1.OrganizationLabel: org.Name}
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + org.Name, Labels: labels}})
		theirs := jobOf(org)
		theirs.Labels = labels
		theirs.Spec.Template.Spec = corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "a", Image: "a"}}}
		create(ctx, theirs)
		progress(ctx, theirs, running)
		progress(ctx, theirs, complete)
		becomes(ctx, create(ctx, org), v1alpha1.ReasonActive)
		sampleDataIs(ctx, org, metav1.ConditionFalse, v1alpha1.ReasonJobRefused, "not the organization's")
	})

	It("goes with the organization", func(ctx context.Context) {
		org := becomes(ctx, create(ctx, withSampleData(lab.Unique("zylker"), lab.Person("john"))), v1alpha1.ReasonActive)
		job := read(ctx, jobOf(org))
		Expect(kube.Delete(ctx, org)).To(Succeed())
		goes(ctx, org)
		goes(ctx, job)
	})
})
