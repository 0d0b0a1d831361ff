// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// sampleTimeout bounds the wait until the objects of one sample are Ready.
const sampleTimeout = "60s"

// accessTimeout bounds the wait until a person's access follows their membership.
const accessTimeout = 15 * time.Second

// Sample is a file of manifests. The comments at its top may say how to apply it, and what to expect:
//
//	# as: john@zylker.com
//	# verb: apply
//	# rule: O1
//	# refused: only the super admin may do that
type Sample struct {
	// Path of the file.
	Path string
	// As is the user who applies it; the platform's administrator where it is empty.
	As string
	// Verb of kubectl; where it is empty, administrators apply and people create.
	Verb string
	// Rule is the rule that refuses it, and Refused the message; both are empty for a sample that is right.
	Rule, Refused string
}

// ReadSamples returns a folder's samples in the order in which to apply them, that of their names.
func ReadSamples(dir string) ([]Sample, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var samples []Sample
	for _, path := range paths {
		if filepath.Base(path) == "kustomization.yaml" {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		of := func(key string) string { return header(string(data), key) }
		samples = append(samples, Sample{Path: path, As: of("as"), Verb: of("verb"), Rule: of("rule"), Refused: of("refused")})
	}
	return samples, nil
}

// header is the value of a key in the comments at the top of a file.
func header(file, key string) string {
	for line := range strings.Lines(file) {
		comment, ok := strings.CutPrefix(line, "#")
		if !ok {
			return ""
		}
		if k, v, ok := strings.Cut(comment, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// Args are the arguments of kubectl that apply the sample. People without the right to read what they make cannot apply, which reads first;
// they create.
func (s Sample) Args() []string {
	if s.As == "" {
		return []string{cmp.Or(s.Verb, "apply"), "-f", s.Path}
	}
	return []string{cmp.Or(s.Verb, "create"), "--as=" + s.As, "-f", s.Path}
}

// ApplySamples applies a folder's files one after the other, each when the operator has taken the one before in.
func (s *Sandbox) ApplySamples(ctx context.Context, dir string) error {
	samples, err := ReadSamples(dir)
	if err != nil {
		return err
	}
	for _, sample := range samples {
		s.say("Applying %s as %s", short(sample.Path), cmp.Or(sample.As, "the platform's administrator"))
		if err := s.apply(ctx, sample); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sandbox) apply(ctx context.Context, sample Sample) error {
	said, err := s.create(ctx, sample)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(sample.Path)
	if err != nil {
		return err
	}
	objects, err := decode(string(data))
	if err != nil {
		return err
	}
	for _, o := range objects {
		name := nameOf(o, said)
		if o.GroupVersionKind().Group != v1alpha1.GroupName || name == "" {
			continue
		}
		if err := s.waitFor(ctx, settled(o.GetKind()), o.GetNamespace(), strings.ToLower(o.GetKind())+"/"+name); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is the name of an object that kubectl made. A name that the API server gave is in kubectl's output. It is empty if an earlier run
// made the object.
func nameOf(o *unstructured.Unstructured, said string) string {
	if o.GetName() != "" {
		return o.GetName()
	}
	made := regexp.MustCompile(`/(` + regexp.QuoteMeta(o.GetGenerateName()) + `\S+) created`)
	if found := made.FindStringSubmatch(said); found != nil {
		return found[1]
	}
	return ""
}

// create applies a sample, and returns kubectl's output. RBAC learns a moment late that somebody has become an administrator. So create
// tries again for a while after a refusal by RBAC.
func (s *Sandbox) create(ctx context.Context, sample Sample) (said string, err error) {
	var failed error
	err = wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, accessTimeout, true, func(ctx context.Context) (bool, error) {
		said, failed = s.kubectl.run(ctx, nil, sample.Args()...)
		if failed == nil || standsAlready(failed) {
			return true, nil
		}
		if !awaitsAccess(failed) {
			return false, failed
		}
		return false, nil
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return said, failed
	}
	return said, err
}

// awaitsAccess says whether it was RBAC that refused, not a rule.
func awaitsAccess(err error) bool {
	return strings.Contains(err.Error(), "is forbidden: User")
}

// settled is the condition by which the operator says that it has taken an object in. An invitation that only its e-mail can answer is
// never Ready here (I6).
func settled(kind string) string {
	if kind == "Invitation" {
		return v1alpha1.ConditionGranted
	}
	return v1alpha1.ConditionReady
}

func (s *Sandbox) waitFor(ctx context.Context, condition, namespace, name string) error {
	slow := time.AfterFunc(2*time.Second, func() { s.say("  waiting for %s to be %s", name, condition) })
	defer slow.Stop()
	_, err := s.kubectl.run(ctx, nil, "wait", "--for=condition="+condition, "--timeout="+sampleTimeout, "-n", namespace, name)
	return err
}

// standsAlready says whether a creation failed only because an earlier run made the same object in an existing cluster. An answer has no
// name of its own. If it was given already, its invitation cannot be answered (I2), or not any more (I7).
func standsAlready(err error) bool {
	marks := []string{"(AlreadyExists)", "[I2]", "[I7]"}
	return !slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(line string) bool {
		return !slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(line, mark) })
	})
}
