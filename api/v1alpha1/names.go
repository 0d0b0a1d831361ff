// SPDX-License-Identifier: Apache-2.0

package v1alpha1

const (
	// OrganizationLabel marks an object as belonging to the organization that is its value. A namespace without it is
	// never touched.
	OrganizationLabel = GroupName + "/organization"

	// OrganizationUIDLabel marks the namespace of a living organization, by the organization's UID. Only the operator sets it, removes it,
	// and deletes a namespace that has it (O7).
	OrganizationUIDLabel = GroupName + "/organization-uid"

	// OrganizationEndingLabel marks the namespace of an organization whose deletion is admitted. From then on the namespace may be deleted
	// too (O7). Its value is that time, in Unix seconds. Only the operator sets it, and removes it if the organization lives on.
	OrganizationEndingLabel = GroupName + "/organization-ending"

	// AllowDeletionAnnotation with the value "true" on a CustomResourceDefinition of ours permits its deletion, with all of its objects
	// (O7).
	AllowDeletionAnnotation = GroupName + "/allow-deletion"

	// ManagedByLabel with the value FieldOwner marks a User that the operator made, and removes with the person's last
	// organization and invitation.
	ManagedByLabel = "app.kubernetes.io/managed-by"

	// OrganizationFinalizer keeps an Organization until everything that it holds is given back (O7).
	OrganizationFinalizer = GroupName + "/organization"

	// ResendRequestedAtAnnotation on an Invitation asks for its e-mail to be sent again. Its value is an RFC 3339 time. A later time than
	// before is a new request (I9).
	ResendRequestedAtAnnotation = GroupName + "/resend-requested-at"

	// InvitedByAnnotation on an Invitation is the e-mail address of the person who created it. The operator writes it while the API server
	// vouches for that person, and shows it in status.invitedBy. People cannot change it.
	InvitedByAnnotation = GroupName + "/invited-by"

	// RecipientAgreedAtAnnotation on an Invitation says that its recipient agreed to get e-mail again, though they had asked for no more (I12).
	// Its value is the RFC 3339 time at which they agreed. A request for no more e-mail that came later still holds. Only the platform writes it.
	RecipientAgreedAtAnnotation = GroupName + "/recipient-agreed-at"

	// InvitationAnnotation on a Membership is the name of the Invitation from which it came. The operator writes it with the Membership,
	// beside InvitedByAnnotation and AcceptedAtAnnotation, and shows all in status.invitation once. Nobody vouches for what is written later.
	InvitationAnnotation = GroupName + "/invitation"

	// AcceptedAtAnnotation on a Membership is the RFC 3339 time at which its Invitation was accepted.
	AcceptedAtAnnotation = GroupName + "/accepted-at"

	// LastRequestAnnotation on an Organization or a User is the name of the OrganizationRequest by which it was last changed. The operator
	// writes it together with the change. So the next leader knows a change that is made and not noted yet, and does not make it twice.
	// People cannot write it.
	LastRequestAnnotation = GroupName + "/last-request"

	// VerifyDomainRequestedAtAnnotation on an Organization asks for a look at the DNS record of its custom domain at once. Its value is an
	// RFC 3339 time. A later time than before is a new request (A8).
	VerifyDomainRequestedAtAnnotation = GroupName + "/verify-domain-requested-at"

	// DomainProofWaivedAnnotation on an Organization is the custom domain of which the platform needs no proof by DNS. It says nothing of
	// another domain that the organization has later. Only platform actors write it (A8).
	DomainProofWaivedAnnotation = GroupName + "/domain-proof-waived"

	// DomainClaimAnnotation on an Organization is its claim to its custom domain: the Organization's UID, a slash, and the domain. The operator
	// writes it once the domain is proved, and removes it when the organization loses the domain. Admission lets only one organization have it
	// for a domain (A2, A8). With the UID of another Organization it claims nothing.
	DomainClaimAnnotation = GroupName + "/domain-claim"

	// FieldOwner is the field manager under which the operator applies objects.
	FieldOwner = "polyorg"

	// requestFieldOwner and a request's name make up the field manager under which the operator carries it out.
	requestFieldOwner = "polyorg-request/"

	// NamespacePrefix and an organization's name make up the name of its namespace.
	NamespacePrefix = "org-"

	// PlatformPolicyName is the name of the one PlatformPolicy.
	PlatformPolicyName = "default"
)

// RequestFieldOwner is the field manager under which the operator carries out an OrganizationRequest. So the fields show who asked for them,
// and admission judges the change as if the request's author made it.
func RequestFieldOwner(request string) string { return requestFieldOwner + request }
