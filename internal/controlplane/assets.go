// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// binaries are the programs of a control plane.
var binaries = []string{"etcd", "kube-apiserver", "kube-controller-manager", "kubectl"}

// FindAssets returns the folder with the binaries, absolute, or an error that says which are missing and how to get
// them. The default of dir is that of Options.Assets.
func FindAssets(dir string) (string, error) {
	if dir == "" {
		dir = os.Getenv("KUBEBUILDER_ASSETS")
	}
	if dir == "" {
		root, err := ModuleRoot()
		if err != nil {
			return "", fmt.Errorf("KUBEBUILDER_ASSETS is not set, and %w", err)
		}
		dir = filepath.Join(root, "bin", "controlplane")
	}
	var missing []string
	for _, name := range binaries {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return "", fmt.Errorf("%s missing in %s: build what is missing with `make controlplane`, "+
			"and leave KUBEBUILDER_ASSETS unset to use it", strings.Join(missing, ", "), dir)
	}
	return filepath.Abs(dir)
}

// ourModule is the line of go.mod with the project's module. Folders in it, such as test/browser, have modules of their own.
var ourModule = regexp.MustCompile(`(?m)^module github\.com/polyorg/polyorg$`)

// ModuleRoot is the folder of the project, around the working directory.
func ModuleRoot() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && ourModule.Match(text) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is not in the project's folder", wd)
		}
	}
}
