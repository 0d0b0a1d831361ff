// SPDX-License-Identifier: Apache-2.0

//go:build long

package endoflife

// crowd is how many members an organization has that is deleted with all of them.
const crowd = 5000
