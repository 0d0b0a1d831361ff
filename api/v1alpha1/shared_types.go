// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Email identifies a user (U1). It is a lower-case address of at most 254 characters. Its local part is a dot-atom of at most 64, its
// domain two or more DNS labels. There is only one spelling. Otherwise addresses that differ only in letter case or surrounding space would
// be different people.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=254
// +kubebuilder:validation:XValidation:rule="self == self.lowerAscii().trim()",message="an e-mail address is written in lower case, without spaces around it; write it so [U1]",messageExpression="'an e-mail address is written in lower case, without spaces around it; write ' + self.lowerAscii().trim() + ' [U1]'"
// +kubebuilder:validation:XValidation:rule=`self.lowerAscii().trim().matches(r"^[a-z0-9!#$%&'*+/=?^_\x60{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_\x60{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$") && self.trim().indexOf('@') <= 64`,message="this is no e-mail address; write name@domain in plain ASCII letters and digits, at most 64 characters before the @, a full domain after it without a dot at its end, for example john@zylker.com [U1]"
type Email = string

// Host is a fully qualified DNS name in lower case, of two or more labels, without scheme, port, path or final dot.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=253
// +kubebuilder:validation:XValidation:rule="!self.contains('://')",message="a host is not a URL; write the host alone, without a scheme such as https://, for example crm.zylker.com [A4]"
// +kubebuilder:validation:XValidation:rule=`self.contains('://') || self.matches(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")`,message="a host is a full domain name in lower case; write it without port, path, wildcard or final dot, for example crm.zylker.com [A4]",messageExpression=`self.lowerAscii().matches(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$") ? "a host is in lower case; write " + self.lowerAscii() + " [A4]" : ""`
type Host = string

// CIDR is an IPv4 or IPv6 network in its canonical form: no bits set after the prefix.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:XValidation:rule="isCIDR(self)",message="this is no network; write an address and a prefix length, for example 203.0.113.0/24 or 2001:db8::/32 [I6]",messageExpression=`"this is no network; write " + (isIP(self) ? self.lowerAscii() + (self.contains(":") ? "/128" : "/32") + " for this one address" : "an address and a prefix length, for example " + (self.contains(":") ? "2001:db8::/32" : "203.0.113.0/24")) + " [I6]"`
// +kubebuilder:validation:XValidation:rule="!isCIDR(self) || string(cidr(self).masked()) == self",message="a network is written in its canonical form, in lower case and without bits after the prefix; write 203.0.113.0/24, for example, not 203.0.113.7/24 [I6]",messageExpression=`"a network is written in its canonical form, in lower case and without bits after the prefix; write " + (self.contains(":") ? "2001:db8::/32, for example, not 2001:DB8::7/32" : "203.0.113.0/24, for example, not 203.0.113.7/24") + " [I6]"`
type CIDR = string

// Edition is a product to which an organization subscribes (E1).
//
// +kubebuilder:validation:Enum=Standard;Professional;Enterprise;Ultimate;CRMPlus;ZohoOne
type Edition string

// The editions (E1). L3 and L4 limit CRM Plus, L5 limits Zoho One.
const (
	EditionStandard     Edition = "Standard"
	EditionProfessional Edition = "Professional"
	EditionEnterprise   Edition = "Enterprise"
	EditionUltimate     Edition = "Ultimate"
	EditionCRMPlus      Edition = "CRMPlus"
	EditionZohoOne      Edition = "ZohoOne"
)

// Role is a member's power in an organization (R1). A spec has Administrator or Standard, and only a status SuperAdmin.
type Role string

const (
	// RoleSuperAdmin is in force for the one user whom the Organization names; only statuses have it (R1).
	RoleSuperAdmin Role = "SuperAdmin"
	// RoleAdministrator may invite, suspend and change roles (R4), and create further organizations (O1).
	RoleAdministrator Role = "Administrator"
	// RoleStandard may use the organization, and leave it (R6).
	RoleStandard Role = "Standard"
)

// UserType tells employees from guests; it counts for Zoho One alone (L5).
//
// +kubebuilder:validation:Enum=Internal;External
type UserType string

const (
	// UserTypeInternal is the type where none is given.
	UserTypeInternal UserType = "Internal"
	// UserTypeExternal takes no place among a user's Zoho One organizations (L5).
	UserTypeExternal UserType = "External"
)

// Origin says how a membership was made; it never changes (L2).
//
// +kubebuilder:validation:Enum=Created;Invited;Provisioned
type Origin string

const (
	// OriginCreated is that of the user who created the organization (L2, L3).
	OriginCreated Origin = "Created"
	// OriginInvited is that of a user who accepted an invitation (L4).
	OriginInvited Origin = "Invited"
	// OriginProvisioned is that of a membership which a platform actor wrote, and the origin where none is given.
	OriginProvisioned Origin = "Provisioned"
)
