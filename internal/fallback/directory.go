// SPDX-License-Identifier: Apache-2.0

package fallback

// Directory knows which hosts are organizations'.
type Directory interface {
	// Find is what is known of a host, which has the form of Hostname. Each request asks it, so it reads memory, and waits for nobody. It is
	// safe for concurrent use. A host that was never an organization's, or whose organization is deleted, is not found.
	Find(host string) (Answer, bool)
}

// Answer is what is known of an organization's host.
type Answer struct {
	State State
	// Present is the organization's present host, in the form of Hostname. For Moved.
	Present string
	// Locale is the organization's, a BCP 47 tag; empty: it has none.
	Locale string
}

// State says what becomes of a request for an organization's host.
type State string

// The states. Suspended goes before Moved: nothing of a suspended organization is reached by a former host either (A7).
const (
	Moved     State = "Moved"     // a former host; the organization has another one now (A6)
	Suspended State = "Suspended" // the organization is suspended (A7)
	Serving   State = "Serving"   // the CRM answers at the host; the ingress controller is about to learn it
)
