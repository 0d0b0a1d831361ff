// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"fmt"
	"os"
	"path/filepath"
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

// ModuleRoot is the nearest folder, from the working directory upwards, with a go.mod.
func ModuleRoot() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is in no Go module", wd)
		}
	}
}
