// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Each mutant finds the text that it replaces. If a change of the product moves that text, this test says which mutant to mend.
func TestEveryMutantFitsTheProduct(t *testing.T) {
	t.Chdir("../..")
	for _, m := range mutants {
		t.Run(m.rule, func(t *testing.T) {
			if _, err := m.overlay(t.TempDir()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAllThatIsSimulatedIsAmongTheInputs(t *testing.T) {
	t.Chdir("../..")
	files, err := sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{
		"api/v1alpha1/platformpolicy_types.go", "internal/rules/limits.go", "internal/facts/world.go", "internal/journal/round.go",
		"internal/journal/simulation_test.go", "hack/mutants/mutants.go", "go.sum",
	} {
		if !slices.ContainsFunc(files, func(f string) bool { return strings.HasSuffix(f, file) }) {
			t.Errorf("%s is not among %v", file, files)
		}
	}
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}

func TestInputsOfMoreSeedsAreOthers(t *testing.T) {
	t.Chdir("../..")
	sums := map[string]bool{}
	for _, seeds := range []int{1, 1, 2} {
		sum, err := inputs(t.Context(), seeds)
		if err != nil {
			t.Fatal(err)
		}
		sums[sum] = true
	}
	if len(sums) != 2 {
		t.Errorf("got %d sums", len(sums))
	}
}
