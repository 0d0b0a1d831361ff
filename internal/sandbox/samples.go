// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// sampleTimeout bounds the wait for what one sample applied to be Ready.
const sampleTimeout = "60s"

// Sample is a file of manifests. The comments at its top may say how it is to be applied:
//
//	# as: john@zylker.com
type Sample struct {
	// Path of the file.
	Path string
	// As is the user who applies it; the platform's administrator where it is empty.
	As string
}

// ReadSamples returns a folder's samples in the order in which they are to be applied, that of their names.
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
		samples = append(samples, Sample{Path: path, As: header(string(data), "as")})
	}
	return samples, nil
}

// header is what the comments at the top of a file say under a key.
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

// Args are those of kubectl that apply the sample. People without the right to read what they make cannot apply, which
// reads first; they create.
func (s Sample) Args() []string {
	if s.As == "" {
		return []string{"apply", "-f", s.Path}
	}
	return []string{"create", "--as=" + s.As, "-f", s.Path}
}

// applySamples applies one file after the other, each when the one before is Ready.
func (r *run) applySamples(ctx context.Context) error {
	samples, err := ReadSamples(filepath.Join(r.Root, "config", "samples"))
	if err != nil {
		return err
	}
	for _, s := range samples {
		r.steps.say("Applying %s as %s", short(s.Path), whom(s))
		if err := r.apply(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func whom(s Sample) string {
	if s.As == "" {
		return "the platform's administrator"
	}
	return s.As
}

func (r *run) apply(ctx context.Context, s Sample) error {
	if _, err := r.sandbox.kubectl.run(ctx, nil, s.Args()...); err != nil && !r.standsAlready(err) {
		return err
	}
	data, err := os.ReadFile(s.Path)
	if err != nil {
		return err
	}
	objects, err := decode(string(data))
	if err != nil {
		return err
	}
	for _, o := range objects {
		if o.GroupVersionKind().Group != v1alpha1.GroupName {
			continue
		}
		name := strings.ToLower(o.GetKind()) + "/" + o.GetName()
		slow := time.AfterFunc(2*time.Second, func() { r.steps.say("  waiting for %s to be Ready", name) })
		_, err := r.sandbox.kubectl.run(ctx, nil, "wait", "--for=condition=Ready", "--timeout="+sampleTimeout, "-n", o.GetNamespace(), name)
		slow.Stop()
		if err != nil {
			return err
		}
	}
	return nil
}

// standsAlready says whether a creation failed only because an earlier run made the same in the existing cluster.
func (r *run) standsAlready(err error) bool {
	return r.control == nil && !slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(line string) bool {
		return !strings.Contains(line, "(AlreadyExists)")
	})
}
