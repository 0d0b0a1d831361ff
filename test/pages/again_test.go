// SPDX-License-Identifier: Apache-2.0

//go:build !long

package pages

// again are the pages that are walked a second time: those on which nothing has to be created or to end, which takes seconds.
var again = []string{
	"tasks/default-organization.md",
	"tasks/give-access.md",
	"tasks/trial-and-subscription.md",
	"tasks/transfer-super-admin.md",
	"tasks/change-edition-and-licences.md",
}
