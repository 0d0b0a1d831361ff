// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Environment variables that tell every container of the sample-data Job for which organization it loads data.
const (
	// EnvOrganization is the organization's name; its namespace is org-<name>.
	EnvOrganization = envPrefix + "ORGANIZATION"
	// EnvLocale is its BCP 47 language; en where it has none of its own.
	EnvLocale = envPrefix + "LOCALE"
	// EnvTimeZone is its IANA time zone; UTC where it has none of its own.
	EnvTimeZone = envPrefix + "TIME_ZONE"

	envPrefix = "POLYORG_"
)

// SampleData says how sample data is loaded (O5).
type SampleData struct {
	// jobTemplate is a batch/v1 JobTemplateSpec: the Job polyorg-sample-data, made once in the organization's namespace. Its containers get
	// POLYORG_ORGANIZATION, POLYORG_LOCALE and POLYORG_TIME_ZONE beside their own variables. Its pods get a service-account token only if
	// automountServiceAccountToken is true. Its ttlSecondsAfterFinished is for a Job that succeeded; one that failed stays.
	JobTemplate batchv1.JobTemplateSpec `json:"jobTemplate"`
}

func (s *SampleData) validate(path *field.Path) field.ErrorList {
	if s == nil {
		return nil
	}
	path = path.Child("jobTemplate")
	errs := ownedMetadata(s, path.Child("metadata"))
	spec, pod := path.Child("spec"), s.JobTemplate.Spec.Template.Spec
	if s.JobTemplate.Spec.Selector != nil || s.JobTemplate.Spec.ManualSelector != nil {
		errs = append(errs, field.Forbidden(spec.Child("selector"), "Kubernetes selects the Job's pods; leave out selector and manualSelector"))
	}
	if ttl := s.JobTemplate.Spec.TTLSecondsAfterFinished; ttl != nil && *ttl < 0 {
		errs = append(errs, field.Invalid(spec.Child("ttlSecondsAfterFinished"), *ttl, "must not be negative"))
	}
	spec = spec.Child("template", "spec")
	if once := []corev1.RestartPolicy{corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure}; !slices.Contains(once, pod.RestartPolicy) {
		errs = append(errs, field.NotSupported(spec.Child("restartPolicy"), pod.RestartPolicy, once))
	}
	if len(pod.Containers) == 0 {
		errs = append(errs, field.Required(spec.Child("containers"), "one of them loads the data"))
	}
	errs = append(errs, validateContainers(pod.InitContainers, spec.Child("initContainers"))...)
	return append(errs, validateContainers(pod.Containers, spec.Child("containers"))...)
}

// ownedMetadata refuses metadata that the operator decides: the Job's name, namespace and owner.
func ownedMetadata(s *SampleData, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	m := s.JobTemplate.ObjectMeta
	for name, set := range map[string]bool{
		"name": m.Name != "", "generateName": m.GenerateName != "", "namespace": m.Namespace != "",
		"ownerReferences": len(m.OwnerReferences) > 0, "finalizers": len(m.Finalizers) > 0,
	} {
		if set {
			errs = append(errs, field.Forbidden(path.Child(name), "set by the operator; a template has labels and annotations"))
		}
	}
	return errs
}

func validateContainers(containers []corev1.Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	names := map[string]bool{}
	for i, c := range containers {
		path := path.Index(i)
		if c.Name == "" {
			errs = append(errs, field.Required(path.Child("name"), ""))
		}
		if names[c.Name] {
			errs = append(errs, field.Duplicate(path.Child("name"), c.Name))
		}
		names[c.Name] = true
		if c.Image == "" {
			errs = append(errs, field.Required(path.Child("image"), ""))
		}
		for j, e := range c.Env {
			if strings.HasPrefix(e.Name, envPrefix) {
				errs = append(errs, field.Forbidden(path.Child("env").Index(j).Child("name"),
					fmt.Sprintf("names that begin with %s are the operator's", envPrefix)))
			}
		}
	}
	return errs
}
