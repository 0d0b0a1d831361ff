// SPDX-License-Identifier: Apache-2.0

//go:build !long

package pages

// again are the pages that are walked a second time: those whose steps take a moment each. The long tests walk all of them again.
var again = []string{
	"tasks/default-organization.md",
	"tasks/transfer-super-admin.md",
}
