// SPDX-License-Identifier: Apache-2.0

package authority

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Anonymous Stranger Foreign Suspended Standard Administrator Super-admin | Platform Operator Namespaces Garbage
var wishes = Part{"OrganizationRequest", []Act{
	{Text: "ask for the organization as one's default", By: creates(wish(v1alpha1.RequestChooseDefault)),
		Cells: "(U2) F2   F2   F2   yes  yes  yes   U2   (U2)  (U2) (U2)"},
	{Text: "ask to leave it", By: creates(wish(v1alpha1.RequestLeave)),
		Cells: "(U2) R6   R6   yes  yes  yes  R3    U2   (U2)  (U2) (U2)"},
	{Text: "ask for another display name", By: creates(wish(v1alpha1.RequestChange)),
		Cells: "(U2) R4   R4   R4   R4   yes  yes   U2   (U2)  (U2) (U2)"},
	{Text: "ask to delete it", By: creates(wish(v1alpha1.RequestDelete)),
		Cells: "(U2) R4   R4   R4   R4   yes  yes   U2   (U2)  (U2) (U2)"},
}}

// wish is what somebody asks for in home.
func wish(action v1alpha1.RequestAction) func(Class) *v1alpha1.OrganizationRequest {
	return func(c Class) *v1alpha1.OrganizationRequest {
		r := &v1alpha1.OrganizationRequest{ObjectMeta: meta("", "wish"), Spec: v1alpha1.OrganizationRequestSpec{
			Organization: home, Action: action, User: c.Email(),
		}}
		if action == v1alpha1.RequestChange {
			r.Spec.Patch = `{"displayName": "Another"}`
		}
		return r
	}
}
