// SPDX-License-Identifier: Apache-2.0

// Package rules is the rulebook as pure functions: plain values in, violations out. It has no client, no clock and no state. All that the
// product enforces is in this folder.
//
// A judgement has two halves. The functions named for a kind (Organization, Membership, Invitation …) say whether the actor may make this
// change and whether the change makes sense. Limits says whether the facts that the change adds fit beside all others: places, seats,
// claims, bindings.
//
// Both look at the world through an Outlook. While other changes are in flight the state of the world is not certain. A change that was
// admitted a moment ago may or may not be stored. The Worst outlook admits a change only if it is right in every outcome. The Best outlook
// refuses it only if it is wrong in every outcome. If only the Worst refuses a change, the answer is "try again".
package rules
