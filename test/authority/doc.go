// SPDX-License-Identifier: Apache-2.0

// Package authority is who may do what, as one table of data: a row an act, a column a class of actor. The tests beside it hold the
// rules to each cell, and a real cluster with the roles that are shipped; docs/reference/authority.md is written from it.
package authority
