// SPDX-License-Identifier: Apache-2.0

//go:build long

package endoflife

// crowd is how many members the organization has when it is deleted.
const crowd = 5000
