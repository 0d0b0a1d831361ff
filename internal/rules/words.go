// SPDX-License-Identifier: Apache-2.0

package rules

import "fmt"

// Number is a number of things in words: "1 person", "2 people".
func Number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
