// SPDX-License-Identifier: Apache-2.0

// Package rules is the rulebook as pure functions: plain values in, violations out. It has no client, no clock and no state. This one
// folder tells what the product enforces.
//
// A judgement has two halves. The functions named for a kind (Organization, Membership, Invitation …) tell whether the actor may make
// this change and whether the change makes sense. Limits tells whether the facts that the change adds fit beside all others: places,
// seats, claims, bindings.
//
// Both look at the world through an Outlook. While other changes are in flight the world is not one thing: a change that was admitted a
// moment ago may or may not be stored. The Worst outlook admits a change only if it is right in every outcome. The Best outlook refuses
// it only if it is wrong in every outcome. A change that only the Worst refuses is to be sent again.
package rules
