// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Condition types. Each has a polarity. A positive condition is True when all is well. A negative one (as in kstatus) is present and True
// only while something is wrong or under way.
const (
	// ConditionReady is on every kind with a status, before all others. Positive. It means that the operator has carried out the spec, and
	// the reason tells how: a Membership with the reason Suspended gives no access (R7).
	ConditionReady = "Ready"

	// ConditionReconciling is on every kind with a status while the operator still works towards the spec. Negative. It is
	// never True together with Stalled.
	ConditionReconciling = "Reconciling"

	// ConditionStalled is on every kind with a status when nothing will change until somebody acts. Negative. It is never
	// True together with Reconciling.
	ConditionStalled = "Stalled"

	// ConditionNamespaceReady is on an Organization: its namespace exists and is ours. Positive.
	ConditionNamespaceReady = "NamespaceReady"

	// ConditionAccessURLReady is on an Organization: its hosts are held, and routed to a back end that is there (A2, A5). Positive. The reason
	// tells whether something serves them.
	ConditionAccessURLReady = "AccessURLReady"

	// ConditionCustomDomainReady is on an Organization that asks for a custom domain: the domain is proved, and the organization has it to itself
	// (A8). Positive. The organization can be Ready without it. AccessURLReady tells whether its hosts are served.
	ConditionCustomDomainReady = "CustomDomainReady"

	// ConditionCustomDomainEnding is on an Organization whose claim to its custom domain is about to end: the DNS record of a proved domain is
	// missing, or the last days of an unproved claim have begun (A8). Negative. The organization can be Ready beside it.
	ConditionCustomDomainEnding = "CustomDomainEnding"

	// ConditionSubscribed is on an Organization: it has a subscription that has not ended (E3, E8). Positive; False is normal on trial.
	ConditionSubscribed = "Subscribed"

	// ConditionTrialEnding is on an Organization in the last days of its trial, without a subscription (E3). Negative. The organization can
	// be Ready beside it.
	ConditionTrialEnding = "TrialEnding"

	// ConditionSubscriptionEnding is on an Organization in the last days of a subscription that has an end (E8). Negative. The organization
	// can be Ready beside it.
	ConditionSubscriptionEnding = "SubscriptionEnding"

	// ConditionForeignAccess is on an Organization while its namespace holds RoleBindings that name people and were not made by the
	// operator. Such access does not come from a membership, and does not end with one (R7). Negative. The message names the RoleBindings,
	// and not the people. The organization can be Ready beside it.
	ConditionForeignAccess = "ForeignAccess"

	// ConditionPreviousHostsFull is on an Organization that has as many previous hosts as its status can show, and more to show (A6). Negative.
	// The message says which hosts are free because of that. The organization can be Ready beside it.
	ConditionPreviousHostsFull = "PreviousHostsFull"

	// ConditionSampleDataLoaded is on an Organization that asked for sample data (O5). Positive; once True it stays so, and sample data is
	// never loaded again. The organization can be Ready without it.
	ConditionSampleDataLoaded = "SampleDataLoaded"

	// ConditionDelivered is on an Invitation: the mail server took its latest e-mail (I12). Positive; Unknown until the end of the first
	// attempt. The invitation can be Ready without it.
	ConditionDelivered = "Delivered"

	// ConditionDefaultOrganizationChosen is on a User: a default organization is in force (F1). Positive; False means
	// that a choice is due (F3).
	ConditionDefaultOrganizationChosen = "DefaultOrganizationChosen"

	// ConditionWithinLimits is on a User: nothing is used beyond a limit. Positive; False takes nothing away (L9).
	ConditionWithinLimits = "WithinLimits"

	// ConditionGranted is on an Organization, Membership, Invitation or IntegrationBinding. True: the operator gave it its place, within the
	// limits of that day (L9). Positive; once True it stays so. False: it, or its Organization, got past admission and is beyond a limit.
	// The message names the limit. It is granted when there is room, the oldest first.
	ConditionGranted = "Granted"

	// ConditionEnforced is on the PlatformPolicy: the cluster asks Polyorg for admission, and refuses what Polyorg refuses. The leader
	// checks that once a minute. Positive; False: rules and limits do not hold. The policy can be Ready without it.
	ConditionEnforced = "Enforced"

	// ConditionBrandingAccepted is on the PlatformPolicy where the operator's configuration names a ConfigMap for the platform's own name,
	// colours, texts and templates. Positive; False: it has a mistake or is not there, and what was in force before stays. The policy can be
	// Ready without it.
	ConditionBrandingAccepted = "BrandingAccepted"
)

// Reasons that several kinds share.
const (
	// ReasonActive appears with Ready=True: an Organization in service, a Membership that gives access.
	ReasonActive = "Active"
	// ReasonProgressing appears with Reconciling=True, and with Ready=False or Unknown beside it: work is under way.
	ReasonProgressing = "Progressing"
	// ReasonRetrying appears with Reconciling=True after an attempt failed for a reason that is none of the following. The message says at
	// which step, and the operator's log has the text of the error. The operator tries again within two minutes.
	ReasonRetrying = "Retrying"
	// ReasonRequestRefused appears with Reconciling=True after the cluster refused a request of the operator, by its access rules, a
	// policy or a webhook.
	ReasonRequestRefused = "RequestRefused"
	// ReasonQuotaExceeded appears with Reconciling=True after a quota refused a request of the operator; the message names the
	// quota.
	ReasonQuotaExceeded = "QuotaExceeded"
	// ReasonUnavailable appears with Reconciling=True after the cluster, or a webhook in it, was busy or did not answer.
	ReasonUnavailable = "ClusterUnavailable"
	// ReasonNotFound appears with Reconciling=True after a request named something that does not exist, for example its namespace.
	ReasonNotFound = "ObjectNotFound"
	// ReasonInvalid appears with Stalled=True: the spec got past admission and cannot be carried out as it is.
	ReasonInvalid = "Invalid"
	// ReasonTerminating appears with Ready=False while a deletion is carried out.
	ReasonTerminating = "Terminating"
	// ReasonPending appears with Ready=True on an Invitation that waits for its answer. It appears with Ready=False on an object that waits
	// for another object.
	ReasonPending = "Pending"
	// ReasonOrganizationNotFound appears with Ready=False on an object whose Organization does not exist yet (R8).
	ReasonOrganizationNotFound = "OrganizationNotFound"
	// ReasonOrganizationSuspended appears with Ready=False on a pending Invitation of a suspended Organization (E3, E8). It can be declined, and
	// accepted once the Organization is resumed. It appears with Delivered=Unknown while the e-mail waits for that.
	ReasonOrganizationSuspended = "OrganizationSuspended"
	// ReasonOverLimit appears with Ready=False on an object that is beyond a limit and has no power, and with WithinLimits=False on a User.
	// It appears with Stalled=True on an InvitationResponse if its Invitation is beyond a limit itself (I8).
	ReasonOverLimit = "OverLimit"
	// ReasonNoSeat appears with Ready=False on a Membership or Invitation that the licences do not cover (E5).
	ReasonNoSeat = "NoSeat"
	// ReasonDuplicate appears with Ready=False after an object got past admission, if two objects claim one place, account or host (L6, G1,
	// A2). The younger one has it.
	ReasonDuplicate = "Duplicate"
	// ReasonGranted appears with Granted=True.
	ReasonGranted = "Granted"
)

// Reasons of an Organization.
const (
	// ReasonTrialEnded appears with Ready=False, AccessURLReady=False and Subscribed=False when the trial is over without
	// a subscription: the organization is suspended (E3).
	ReasonTrialEnded = "TrialEnded"
	// ReasonOnTrial appears with Subscribed=False while the trial lasts.
	ReasonOnTrial = "OnTrial"
	// ReasonTrialEnding appears with TrialEnding=True, and in a Warning event when that begins (E3).
	ReasonTrialEnding = "TrialEnding"
	// ReasonSubscriptionEnded appears with Ready=False, AccessURLReady=False and Subscribed=False when the subscription has ended: the
	// organization is suspended until the platform renews it (E8).
	ReasonSubscriptionEnded = "SubscriptionEnded"
	// ReasonSubscriptionEnding appears with SubscriptionEnding=True, and in a Warning event when that begins (E8).
	ReasonSubscriptionEnding = "SubscriptionEnding"
	// ReasonSuspendedByPlatform appears with Ready=False and AccessURLReady=False while spec.suspended is there (E8). The message of Ready has
	// the platform's reason.
	ReasonSuspendedByPlatform = "SuspendedByPlatform"
	// ReasonSubscribed appears with Subscribed=True, and in a Normal event when an organization subscribes or changes its subscription.
	ReasonSubscribed = "Subscribed"
	// ReasonNamespaceAvailable appears with NamespaceReady=True.
	ReasonNamespaceAvailable = "NamespaceAvailable"
	// ReasonNamespaceNotOurs appears with NamespaceReady=False, Ready=False and Stalled=True when a namespace of that name lacks the
	// organization's label. The operator never touches it.
	ReasonNamespaceNotOurs = "NamespaceNotOurs"
	// ReasonNamespaceTerminating appears with NamespaceReady=False while a former namespace of that name ends. It appears with
	// Reconciling=True after a request failed because the namespace is being deleted.
	ReasonNamespaceTerminating = "NamespaceTerminating"
	// ReasonForeignRoleBindings appears with ForeignAccess=True, and in a Warning event when that begins (R7).
	ReasonForeignRoleBindings = "ForeignRoleBindings"
	// ReasonBindingInTheWay appears with Ready=False and Stalled=True when a RoleBinding, or ClusterRoleBinding, of the operator's own name
	// gives another role, which cannot be changed. The message names it; members get no access by it until somebody deletes it (R7).
	ReasonBindingInTheWay = "BindingInTheWay"
	// ReasonDeletionProtected appears with Ready=False and Stalled=True on a protected organization whose deletion came past admission. The
	// operator ends nothing of it while it is protected (O7). The message also names anything else that keeps it from service.
	ReasonDeletionProtected = "DeletionProtected"
	// ReasonRouted appears with AccessURLReady=True: the hosts are held and routed, and no ingress controller has said yet that it serves them.
	// Some never say so.
	ReasonRouted = "Routed"
	// ReasonServing appears with AccessURLReady=True: the hosts are held, and an ingress controller serves them.
	ReasonServing = "Serving"
	// ReasonForeignReservation appears with AccessURLReady=True: the hosts are held and routed. But a HostReservation that the platform
	// wrote for the organization redirects to another host than its present one. The operator leaves it as it is.
	ReasonForeignReservation = "ForeignReservation"
	// ReasonReservationEndedEarly appears with PreviousHostsFull=True when the operator has ended the reservations that would have ended first,
	// to make room for newer ones (A6).
	ReasonReservationEndedEarly = "ReservationEndedEarly"
	// ReasonPreviousHostsNotShown appears with PreviousHostsFull=True when the platform itself has reserved more hosts for the organization than
	// its status can show. The operator ends none of these (A6).
	ReasonPreviousHostsNotShown = "PreviousHostsNotShown"
	// ReasonHostNotFree appears with AccessURLReady=False, Ready=False and Stalled=True when a host is held by or reserved to another
	// organization, or reserved by the platform (A2). It appears with CustomDomainReady=False alone where that host is a custom domain that is
	// proved here, and is in use elsewhere or reserved by the platform (A8).
	ReasonHostNotFree = "HostNotFree"
	// ReasonNotRouted appears with AccessURLReady=False when the cluster refuses the routes of the hosts, or a Gateway refuses to serve them (A5).
	ReasonNotRouted = "NotRouted"
	// ReasonHostConflict appears with AccessURLReady=False while an Ingress or HTTPRoute that the operator did not make has one of the hosts too.
	// The operator leaves it as it is, and nobody knows which of them an ingress controller follows (A2).
	ReasonHostConflict = "HostConflict"
	// ReasonDomainUnproved appears with CustomDomainReady=False while nothing proves yet that the custom domain is the organization's (A8). The
	// message has the DNS record to publish.
	ReasonDomainUnproved = "Unproved"
	// ReasonDomainProved appears with CustomDomainReady=True, and in a Normal event when that begins: a DNS record proves the custom domain, and the
	// organization has it to itself (A8).
	ReasonDomainProved = "DomainProved"
	// ReasonProofWaived appears with CustomDomainReady=True where the platform needs no proof of the custom domain (A8).
	ReasonProofWaived = "ProofWaived"
	// ReasonRecordMissing appears with CustomDomainReady=True and CustomDomainEnding=True, and in a Warning event when that begins: the DNS record of
	// a proved domain is not there any more. The domain is the organization's until the time in the message (A8).
	ReasonRecordMissing = "RecordMissing"
	// ReasonClaimEnding appears with CustomDomainEnding=True, and in a Warning event when that begins: two days before an unproved claim ends (A8).
	ReasonClaimEnding = "ClaimEnding"
	// ReasonDomainLapsed appears with CustomDomainReady=False, and in a Warning event when that begins: the claim has ended without the DNS record
	// (A8).
	ReasonDomainLapsed = "DomainLapsed"
	// ReasonBackendNotFound appears with AccessURLReady=False when the Service that is the back end does not exist (A5). The message names it.
	// The organization can be Ready without it.
	ReasonBackendNotFound = "BackendNotFound"
	// ReasonLoaded appears with SampleDataLoaded=True.
	ReasonLoaded = "Loaded"
	// ReasonLoading appears with SampleDataLoaded=False while the Job that loads sample data runs.
	ReasonLoading = "Loading"
	// ReasonLoadFailed appears with SampleDataLoaded=False when that Job has failed; the message has its reason. Once the Job is deleted,
	// the operator makes it again.
	ReasonLoadFailed = "LoadFailed"
	// ReasonJobRefused appears with SampleDataLoaded=False when the cluster refuses the Job, or another one has its name. The operator
	// tries again every minute.
	ReasonJobRefused = "JobRefused"
	// ReasonNotConfigured appears with SampleDataLoaded=Unknown where sample data is asked for and the operator's configuration has no Job
	// for it.
	ReasonNotConfigured = "NotConfigured"
)

// Reasons of a Membership.
const (
	// ReasonSuspended appears with Ready=True while spec.suspended is true: the membership gives no access (R7) and holds no seat (E5). It
	// appears in a Normal event when that begins.
	ReasonSuspended = "Suspended"
	// ReasonReinstated is the reason of a Normal event when that ends, and when the platform no longer suspends an Organization (E8).
	ReasonReinstated = "Reinstated"
	// ReasonJoined is the reason of a Normal event when somebody has become a member by an invitation (I3).
	ReasonJoined = "Joined"
	// ReasonInvitationRemoved is the reason of a Normal event when a finished Invitation is deleted, because its time has come (I2).
	ReasonInvitationRemoved = "Removed"
	// ReasonMemberLeft is the reason of a Normal event when a membership is gone, while its Organization lives (R6).
	ReasonMemberLeft = "Left"
	// ReasonTransferred is the reason of a Normal event of the new super admin's Membership (R2).
	ReasonTransferred = "SuperAdminTransferred"
)

// Reasons of an Invitation and of an InvitationResponse.
const (
	// ReasonAccepted appears with Ready=True on an accepted Invitation, and on the InvitationResponse that did it.
	ReasonAccepted = "Accepted"
	// ReasonDeclined appears with Ready=True on a declined Invitation, and on the InvitationResponse that did it.
	ReasonDeclined = "Declined"
	// ReasonExpired appears with Ready=True on an Invitation whose deadline passed (I1).
	ReasonExpired = "Expired"
	// ReasonRevoked appears with Ready=True on a revoked Invitation (I10).
	ReasonRevoked = "Revoked"
	// ReasonEmailOnly appears with Ready=False and Stalled=True on a pending Invitation that nobody can accept. Its Organization's invitations
	// are answered from their e-mail only, and the operator has no mail server (I6).
	ReasonEmailOnly = "EmailOnly"
	// ReasonMailNotConfigured appears with Delivered=Unknown where the operator has no mail server.
	ReasonMailNotConfigured = "MailNotConfigured"
	// ReasonSending appears with Delivered=Unknown from the moment that a message is begun until the end of the first attempt.
	ReasonSending = "Sending"
	// ReasonQueued appears with Delivered=Unknown while a message waits for its turn, because its organization, or all of them to its domain,
	// send as many in a minute as they may (I13).
	ReasonQueued = "Queued"
	// ReasonSent appears with Delivered=True after the mail server took the latest message.
	ReasonSent = "Sent"
	// ReasonDeferred appears with Delivered=False after the mail server did not take the message, and is asked again.
	ReasonDeferred = "Deferred"
	// ReasonUndelivered appears with Delivered=False after the mail server refused the message for good (I12), or after three attempts without
	// the server's last answer. The invitation can still be answered from the list. It also appears where the invitation ended before its
	// e-mail was sent.
	ReasonUndelivered = "Undelivered"
	// ReasonSendLimit appears with Delivered=False where as many messages as can be were sent to this address from this organization (I9,
	// I13).
	ReasonSendLimit = "SendLimit"
	// ReasonRecipientOptedOut appears with Delivered=False where the owner of the address has asked for no more e-mail, of this organization
	// or of all (I12). The invitation can still be answered from the list.
	ReasonRecipientOptedOut = "RecipientOptedOut"
	// ReasonInvitationNotFound appears with Stalled=True on an InvitationResponse whose Invitation is gone.
	ReasonInvitationNotFound = "InvitationNotFound"
	// ReasonInvitationFinished appears with Stalled=True on an InvitationResponse that came too late (I2).
	ReasonInvitationFinished = "InvitationFinished"
	// ReasonNotInvitee appears with Stalled=True on an InvitationResponse by somebody else (I7).
	ReasonNotInvitee = "NotInvitee"
)

// Reasons of an IntegrationBinding.
const (
	// ReasonBound appears with Ready=True.
	ReasonBound = "Bound"
	// ReasonApplicationUnknown appears with Ready=False and Stalled=True on a binding that got past admission, when the catalogue has no such
	// row (G3).
	ReasonApplicationUnknown = "ApplicationUnknown"
	// ReasonCredentialsNotFound appears with Ready=False while the Secret named does not exist.
	ReasonCredentialsNotFound = "CredentialsNotFound"
)

// Reasons of a User.
const (
	// ReasonChosen appears with DefaultOrganizationChosen=True when the user chose (F2).
	ReasonChosen = "Chosen"
	// ReasonFirstOrganization appears with DefaultOrganizationChosen=True when it is the user's first organization (F1).
	ReasonFirstOrganization = "FirstOrganization"
	// ReasonChoiceDue appears with DefaultOrganizationChosen=False when the default was lost, even if there is no other to choose yet (F3).
	ReasonChoiceDue = "ChoiceDue"
	// ReasonNoOrganization appears with DefaultOrganizationChosen=False for a user who has not been in any organization yet.
	ReasonNoOrganization = "NoOrganization"
	// ReasonWithinLimits appears with WithinLimits=True.
	ReasonWithinLimits = "WithinLimits"
	// ReasonUpToDate appears with Ready=True on a User whose status is up to date.
	ReasonUpToDate = "UpToDate"
	// ReasonMadeAgain is the reason of a Warning event of a User that was deleted past admission.
	ReasonMadeAgain = "MadeAgain"
)

// Reasons of an OrganizationRequest. One that chose a default has the reason Chosen, and one that deletes an Organization Terminating.
const (
	// ReasonLeft appears with Ready=True when the membership is gone that its author had.
	ReasonLeft = "Left"
	// ReasonChanged appears with Ready=True when the Organization is changed.
	ReasonChanged = "Changed"
)

// Reasons of a HostReservation and of a PlatformPolicy.
const (
	// ReasonReserved appears with Ready=True on a HostReservation in force.
	ReasonReserved = "Reserved"
	// ReasonInForce appears with Ready=True on the PlatformPolicy.
	ReasonInForce = "InForce"
	// ReasonRefused appears with Enforced=True: the API server refused what must be refused, and the webhooks are as shipped. It also appears
	// with Ready=False and Stalled=True on an OrganizationRequest that the rules refuse.
	ReasonRefused = "Refused"
	// ReasonAdmitted appears with Enforced=False when the API server admitted, as a dry run, what must be refused: it does not ask
	// Polyorg.
	ReasonAdmitted = "Admitted"
	// ReasonWebhooksAltered appears with Enforced=False when a webhook is missing, ignores failures or is asked about less than it
	// should be; the message says which.
	ReasonWebhooksAltered = "WebhooksAltered"
	// ReasonNotVerified appears with Enforced=Unknown when the API server repeatedly gave an unexpected answer, for example because it does
	// not reach the operator.
	ReasonNotVerified = "NotVerified"
	// ReasonBrandingInForce appears with BrandingAccepted=True, and in a Normal event of the ConfigMap when that begins.
	ReasonBrandingInForce = "BrandingInForce"
	// ReasonBrandingRefused appears with BrandingAccepted=False, and in a Warning event of the ConfigMap. The message names the key and what
	// to do.
	ReasonBrandingRefused = "BrandingRefused"
	// ReasonConfigMapNotFound appears with BrandingAccepted=False while the ConfigMap is not there.
	ReasonConfigMapNotFound = "ConfigMapNotFound"
	// ReasonWidensCatalogue appears with Ready=False and Stalled=True on a PlatformPolicy with a row wider than the built-in one. Such a
	// row is not in force (G3).
	ReasonWidensCatalogue = "WidensCatalogue"
)
