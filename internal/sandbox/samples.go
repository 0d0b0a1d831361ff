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

// apply brings back what a file says, also where somebody changed it with another tool. It needs no right to read what it applies.
const apply = "apply --server-side --force-conflicts"

// Sample is a file of manifests. The comments at its top may say how to send it, and what to expect:
//
//	# as: john@zylker.com
//	# verb: create
//	# warning: you join zylker-labs
//	# rule: O1
//	# refused: only the super admin may do that
type Sample struct {
	// Path of the file.
	Path string
	// As is the user who sends it; the platform's administrator where it is empty.
	As string
	// Verb of kubectl, and its flags; where it is empty, the file is applied.
	Verb string
	// Warnings are the beginnings of those that come with the answer. A file that is applied has none.
	Warnings []string
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
		samples = append(samples, read(path, string(data)))
	}
	return samples, nil
}

func read(path, file string) Sample {
	said := headers(file)
	of := func(key string) string { return strings.Join(said[key], " ") }
	return Sample{Path: path, As: of("as"), Verb: of("verb"), Warnings: said["warning"], Rule: of("rule"), Refused: of("refused")}
}

// headers are the values of each key in the comments at the top of a file.
func headers(file string) map[string][]string {
	said := map[string][]string{}
	for line := range strings.Lines(file) {
		comment, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		if key, value, ok := strings.Cut(comment, ":"); ok {
			key = strings.TrimSpace(key)
			said[key] = append(said[key], strings.TrimSpace(value))
		}
	}
	return said
}

// Args are the arguments of kubectl that send the sample.
func (s Sample) Args() []string {
	args := strings.Fields(cmp.Or(s.Verb, apply))
	if s.As != "" {
		args = append(args, "--as="+s.As)
	}
	return append(args, "-f", s.Path)
}

// ApplySamples applies a folder's files one after the other, each when the operator has taken the one before in.
func (s *Sandbox) ApplySamples(ctx context.Context, dir string) error {
	samples, err := ReadSamples(dir)
	if err != nil {
		return err
	}
	for _, sample := range samples {
		s.say("Applying %s as %s", short(sample.Path), cmp.Or(sample.As, "the platform's administrator"))
		warnings, err := s.ApplySample(ctx, sample)
		if err != nil {
			return err
		}
		for _, warning := range warnings {
			s.say("  %s", warning)
		}
	}
	return nil
}

// ApplySample sends one file, and returns when the operator has taken its objects in. A file that was sent before brings back what it says.
func (s *Sandbox) ApplySample(ctx context.Context, sample Sample) (warnings []string, err error) {
	said, warnings, err := s.send(ctx, sample)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(sample.Path)
	if err != nil {
		return nil, err
	}
	objects, err := decode(string(data))
	if err != nil {
		return nil, err
	}
	return warnings, s.await(ctx, objects, said)
}

// send returns kubectl's output. What a person created in an earlier run, the platform brings back: that person may have lost the right.
func (s *Sandbox) send(ctx context.Context, sample Sample) (said string, warnings []string, err error) {
	said, warnings, err = s.insist(ctx, sample)
	if err != nil && standsAlready(err) && strings.Contains(err.Error(), "(AlreadyExists)") {
		said, warnings, err = s.insist(ctx, Sample{Path: sample.Path})
	}
	if err != nil && standsAlready(err) {
		return said, warnings, nil
	}
	return said, warnings, err
}

// insist tries again for a while after a refusal by RBAC, which learns a moment late that somebody has become an administrator.
func (s *Sandbox) insist(ctx context.Context, sample Sample) (said string, warnings []string, err error) {
	var failed error
	err = wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, accessTimeout, true, func(ctx context.Context) (bool, error) {
		said, warnings, failed = s.kubectl.send(ctx, nil, sample.Args()...)
		if failed != nil && awaitsAccess(failed) {
			return false, nil
		}
		return true, failed
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return said, warnings, failed
	}
	return said, warnings, err
}

// await returns when the operator has taken in what kubectl made, with one kubectl for each namespace.
func (s *Sandbox) await(ctx context.Context, objects []*unstructured.Unstructured, said string) error {
	type wanted struct{ condition, namespace string }
	names := map[wanted][]string{}
	for _, o := range objects {
		if name := nameOf(o, said); name != "" && o.GroupVersionKind().Group == v1alpha1.GroupName {
			w := wanted{settled(o.GetKind()), o.GetNamespace()}
			names[w] = append(names[w], strings.ToLower(o.GetKind())+"/"+name)
		}
	}
	for w, names := range names {
		if err := s.waitFor(ctx, w.condition, w.namespace, names...); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is the name of an object that kubectl says it made or applied; empty if it did neither. The API server may have given the name.
func nameOf(o *unstructured.Unstructured, said string) string {
	name := regexp.QuoteMeta(o.GetName())
	if name == "" {
		name = regexp.QuoteMeta(o.GetGenerateName()) + `\S+`
	}
	made := regexp.MustCompile(`(?m)^` + strings.ToLower(o.GetKind()) + `[.\w]*/(` + name + `) (created|serverside-applied)$`)
	if found := made.FindStringSubmatch(said); found != nil {
		return found[1]
	}
	return ""
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

func (s *Sandbox) waitFor(ctx context.Context, condition, namespace string, names ...string) error {
	slow := time.AfterFunc(2*time.Second, func() { s.say("  waiting for %s to be %s", strings.Join(names, " "), condition) })
	defer slow.Stop()
	_, err := s.kubectl.run(ctx, nil, append([]string{"wait", "--for=condition=" + condition, "--timeout=" + sampleTimeout, "-n", namespace}, names...)...)
	return err
}

// standsAlready says whether kubectl failed only because what the sample makes is there, or was done, in an existing cluster. An answer is
// given once (I2), and its invitation has ended then (I7). Somebody who has joined is not invited again (L6).
func standsAlready(err error) bool {
	marks := []string{"(AlreadyExists)", "[I2]", "[I7]", "[L6]"}
	return !slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(line string) bool {
		return !slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(line, mark) })
	})
}
