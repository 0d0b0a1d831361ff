// SPDX-License-Identifier: Apache-2.0

package v1alpha1

const (
	// OrganizationLabel marks an object as belonging to the organization that is its value. A namespace without it is
	// never touched.
	OrganizationLabel = GroupName + "/organization"

	// OrganizationUIDLabel marks the namespace of a living organization, by the organization's UID. The operator alone sets it
	// and takes it away, and nobody else deletes a namespace that bears it (O7).
	OrganizationUIDLabel = GroupName + "/organization-uid"

	// OrganizationEndingLabel marks the namespace of an organization whose deletion is admitted: from then on it may be deleted too
	// (O7). Its value is when that was, in Unix seconds. The operator alone sets it, and takes it away if the organization lives on.
	OrganizationEndingLabel = GroupName + "/organization-ending"

	// AllowDeletionAnnotation with the value "true" on a CustomResourceDefinition of ours lets it be deleted, with all of its
	// objects (O7).
	AllowDeletionAnnotation = GroupName + "/allow-deletion"

	// ManagedByLabel with the value FieldOwner marks a User that the operator made, and removes with the person's last
	// organization and invitation.
	ManagedByLabel = "app.kubernetes.io/managed-by"

	// OrganizationFinalizer keeps an Organization until what it holds is given back (O7).
	OrganizationFinalizer = GroupName + "/organization"

	// ResendRequestedAtAnnotation on an Invitation asks for its e-mail to be sent again; its value is an RFC 3339 time,
	// and a later one than before is a new request (I9).
	ResendRequestedAtAnnotation = GroupName + "/resend-requested-at"

	// FieldOwner is the field manager under which the operator applies objects.
	FieldOwner = "polyorg"

	// NamespacePrefix and an organization's name make up the name of its namespace.
	NamespacePrefix = "org-"

	// PlatformPolicyName is the name of the one PlatformPolicy.
	PlatformPolicyName = "default"
)
