// SPDX-License-Identifier: Apache-2.0

package cel

const (
	superAdminRole = "the role here is Administrator or Standard; the Organization's spec.superAdmin names the super admin [R1]"
	otherUser      = "the user of a membership never changes; create another membership for another user [L6]"
	otherOrigin    = "the origin of a membership never changes; put back the former value, or leave it out where it was absent [L2]"
)

var membershipRules = map[string]rule{
	"a member's role is not SuperAdmin":      creation("Membership", "spec.role", "Administrator", "SuperAdmin", superAdminRole),
	"a member's role is one of two":          creation("Membership", "spec.role", "Standard", "Owner", superAdminRole),
	"a member has a role":                    creation("Membership", "spec.role", "Standard", nil, "Required value"),
	"a member's type is one of two":          creation("Membership", "spec.userType", "External", "Guest", "Unsupported value"),
	"a member's type is absent or not empty": creation("Membership", "spec.userType", nil, "", "Unsupported value"),
	"a membership's origin is one of three":  creation("Membership", "spec.origin", "Created", "Imported", "Unsupported value"),

	"a member can become Administrator, not SuperAdmin": updating("Membership", change{},
		change{"spec.role": "Administrator"}, change{"spec.role": "SuperAdmin"}, "spec.role", superAdminRole),
	"the user of a membership never changes": updating("Membership", change{},
		change{"spec.userType": "External"}, change{"spec.user": "eve@zylker.com"}, "spec.user", otherUser),
	"an origin cannot be changed": updating("Membership", change{"spec.origin": "Invited"},
		change{"spec.suspended": false}, change{"spec.origin": "Provisioned"}, "spec.origin", otherOrigin),
	"an origin cannot be removed": updating("Membership", change{"spec.origin": "Created"},
		change{"spec.suspended": nil}, change{"spec.origin": nil}, "spec.origin", otherOrigin),
	"an origin cannot be added": updating("Membership", change{"spec.origin": nil},
		change{"spec.suspended": false}, change{"spec.origin": "Invited"}, "spec.origin", otherOrigin),
}
