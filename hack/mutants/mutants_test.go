// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

// What a mutant replaces stands where it says: who changes the product learns here that a mutant is to be brought up to date.
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
