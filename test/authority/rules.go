// SPDX-License-Identifier: Apache-2.0

package authority

// Rules describes in a few words the rules that refuse acts.
var Rules = map[string]string{
	"A3":  "the super admin alone changes the access URL",
	"A6":  "hosts are reserved and freed by platform actors",
	"E2":  "the end of a trial is set by platform actors",
	"E3":  "nothing is added to an organization whose trial has ended without a subscription",
	"F2":  "people choose their own default, among the organizations of which they are active members, and write nothing else of their User",
	"G3":  "applications that are not in the catalogue are not bound",
	"I2":  "an invitation ends in one state and keeps it; an answer is given once",
	"I7":  "only the invitee answers",
	"I11": "a token is good once, for one invitation",
	"L6":  "one membership of a user in an organization",
	"L9":  "the numbers of the rulebook are the platform's to change, and do not contradict each other",
	"O1":  "a super admin or an Administrator of some organization may create another",
	"O2":  "a first organization is given by a platform actor, or taken where sign-up is open",
	"O3":  "people create organizations for themselves",
	"O4":  "a new organization is on trial",
	"O7":  "only some actors delete an organization, which then takes nothing new; only the platform ties an object's life to anything else",
	"R2":  "the super admin transfers the role, to an Administrator",
	"R3":  "the super admin's membership stays whole",
	"R4":  "Administrators and the super admin invite, suspend, change and remove; only the super admin acts on Administrators; what labels and annotations tell tools is the platform's, as are finalizers and owners",
	"R5":  "people join by accepting an invitation",
	"R6":  "a member may leave",
	"U1":  "Users come and go with memberships",
	"U2":  "an actor needs an e-mail address",
}
