// SPDX-License-Identifier: Apache-2.0

// Package browser follows invitations in a real browser: from the e-mail that a mail server took, over its link, into the organization.
// Its tests are long ones (`make test-long ONLY=browser`).
package browser
