// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// These are groups of people whose requests often get the same answer.
const (
	admining  = superAdmin + " " + administrator + " " + platform
	members   = superAdmin + " " + administrator + " " + standard + " " + external + " " + platform
	onlySuper = superAdmin + " " + platform
	theirs    = stranger + " " + platform
)

// rows name, for each attempt, the people who succeed with it, and the people whom a rule refuses. RBAC refuses everybody else.
var rows = map[string]struct {
	try   attempt
	yes   string
	rules map[string]string // the rule, and the people whom it refuses
}{
	// The organization's namespace (R4–R7).
	"lists its members":                  {try: lists(&v1alpha1.MembershipList{}), yes: members},
	"watches its members":                {try: watches(&v1alpha1.MembershipList{}), yes: members},
	"reads a member":                     {try: gets(bystander), yes: members},
	"makes somebody a member":            {try: creates(newMember), yes: platform},
	"suspends a Standard member":         {try: patches(bystander, `{"spec":{"suspended":true}}`), yes: admining},
	"raises a Standard member":           {try: patches(bystander, `{"spec":{"role":"Administrator"}}`), yes: admining},
	"suspends an Administrator":          {try: patches(deputy, `{"spec":{"suspended":true}}`), yes: onlySuper, rules: map[string]string{"R4": administrator}},
	"removes a Standard member":          {try: deletes(bystander), yes: admining, rules: map[string]string{"R4": standard + " " + external}},
	"removes an Administrator":           {try: deletes(deputy), yes: onlySuper, rules: map[string]string{"R4": administrator + " " + standard + " " + external}},
	"removes the super admin":            {try: deletes(superAdmins), rules: map[string]string{"R3": admining, "R4": standard + " " + external}},
	"suspends the super admin":           {try: patches(superAdmins, `{"spec":{"suspended":true}}`), rules: map[string]string{"R3": onlySuper, "R4": administrator}},
	"removes all members at once":        {try: deletesAll(anyMember), rules: map[string]string{"R3": platform}},
	"lists its invitations":              {try: lists(&v1alpha1.InvitationList{}), yes: admining},
	"invites somebody":                   {try: creates(newInvitation), yes: admining},
	"revokes an invitation":              {try: patches(pending, `{"spec":{"revoked":true}}`), yes: admining},
	"lists its bindings":                 {try: lists(&v1alpha1.IntegrationBindingList{}), yes: members},
	"binds an application":               {try: creates(newBinding), yes: admining},
	"removes all bindings":               {try: deletesAll(anyBinding), yes: admining},
	"answers somebody else's invitation": {try: creates(newAnswer), rules: map[string]string{"I7": customer + " " + platform}},

	// The organization itself.
	"reads it":                 {try: gets(ownOrg), yes: admining},
	"lists it by its name":     {try: byName(own, listsOrganizations), yes: admining},
	"watches it by its name":   {try: byName(own, watchesOrganizations), yes: admining},
	"gives it another title":   {try: patches(ownOrg, `{"spec":{"displayName":"Zylker & Sons"}}`), yes: admining},
	"gives it another host":    {try: patches(ownOrg, `{"spec":{"accessURL":{"name":"another-host"}}}`), yes: onlySuper, rules: map[string]string{"A3": administrator}},
	"hands it on":              {try: handsOn, yes: onlySuper, rules: map[string]string{"R2": administrator}},
	"lets its trial end later": {try: patches(ownOrg, `{"spec":{"trialEndsAt":"2199-01-01T00:00:00Z"}}`), yes: platform, rules: map[string]string{"E2": superAdmin + " " + administrator}},
	"deletes it":               {try: deletes(ownOrg), yes: admining},

	// Requests for other organizations, or for all of them.
	"reads another organization":          {try: gets(otherOrg), yes: theirs},
	"lists another by its name":           {try: byName(other, listsOrganizations), yes: theirs},
	"watches another by its name":         {try: byName(other, watchesOrganizations), yes: theirs},
	"changes another organization":        {try: patches(otherOrg, `{"spec":{"displayName":"Mine"}}`), yes: theirs},
	"changes nothing in another":          {try: patches(otherOrg, `{}`), yes: theirs},
	"deletes another organization":        {try: deletes(otherOrg), yes: theirs},
	"lists another's members":             {try: listsOther, yes: theirs},
	"removes another's member":            {try: deletes(otherMember), rules: map[string]string{"R3": theirs}},
	"lists all organizations":             {try: listsOrganizations(everywhere), yes: platform},
	"watches all organizations":           {try: watchesOrganizations(everywhere), yes: platform},
	"deletes all organizations":           {try: deletesAll(anyOrg, ofNone), yes: platform},
	"lists all members of all":            {try: lists(&v1alpha1.MembershipList{}, everywhere), yes: platform},
	"lists all invitations of all":        {try: lists(&v1alpha1.InvitationList{}, everywhere), yes: platform},
	"lists all people":                    {try: lists(&v1alpha1.UserList{}, everywhere), yes: platform},
	"lists all answers":                   {try: lists(&v1alpha1.InvitationResponseList{}, everywhere), yes: platform},
	"reads the policy":                    {try: lists(&v1alpha1.PlatformPolicyList{}, everywhere), yes: platform},
	"lists reserved hosts":                {try: lists(&v1alpha1.HostReservationList{}, everywhere), yes: platform},
	"creates an organization of a nobody": {try: creates(newOrganization), yes: platform, rules: map[string]string{"O2": customer}},

	// Nobody may make these requests. They concern the operator's own records, other objects in the namespace, and every way to more power.
	"writes a member's status":         {try: patchesPart("status", bystander, `{"status":{"role":"SuperAdmin"}}`)},
	"writes an invitation's status":    {try: patchesPart("status", pending, `{"status":{"state":"Accepted"}}`)},
	"writes the organization's status": {try: patchesPart("status", ownOrg, `{"status":{"namespace":"kube-system"}}`)},
	"writes its finalizers":            {try: patchesPart("finalizers", ownOrg, `{"metadata":{"finalizers":[]}}`)},
	"lists Secrets":                    {try: lists(&corev1.SecretList{})},
	"writes a Secret":                  {try: creates(newSecret)},
	"lists ConfigMaps":                 {try: lists(&corev1.ConfigMapList{})},
	"lists pods":                       {try: lists(&corev1.PodList{})},
	"runs a pod":                       {try: creates(pod)},
	"enters a pod":                     {try: patchesPart("ephemeralcontainers", pod, `{}`)},
	"signs in as a service account":    {try: signsAs},
	"lists RoleBindings":               {try: lists(&rbacv1.RoleBindingList{})},
	"binds everybody as administrator": {try: creates(power)},
	"binds somebody in the operator's": {try: patches(admins, `{"subjects":[]}`)},
	"removes the operator's binding":   {try: deletes(admins)},
	"widens the role of members":       {try: patches(memberRole, `{"rules":[]}`)},
	"widens the role of its own":       {try: patches(ownRole, `{"rules":[]}`)},
	"binds somebody to it":             {try: patches(ownRoleBinding, `{"subjects":[]}`)},
	"relabels the namespace":           {try: patches(namespace, `{"metadata":{"labels":{"polyorg.io/organization":"other"}}}`)},
	"deletes the namespace":            {try: deletes(namespace)},
}

func listsOther(ctx context.Context, c client.WithWatch, s *stage) error {
	return listMembers(ctx, c, s.other)
}

var _ = Describe("Everybody", Ordered, ContinueOnFailure, func() {
	var s *stage
	BeforeAll(func(ctx context.Context) {
		s = newStage(ctx)
		s.settle(ctx)
	}, NodeTimeout(4*time.Minute))

	for _, means := range []string{impersonation, certificate} {
		for _, what := range slices.Sorted(maps.Keys(rows)) {
			row := rows[what]
			It(means+" "+what+" or is refused", func(ctx context.Context) {
				got, want := map[string]string{}, map[string]string{}
				for _, who := range s.everybody() {
					c := s.by(means, who)
					got[who] = answer(lab.Insist(ctx, func() error { return row.try(ctx, c, s) }))
					want[who] = rbac
				}
				for _, who := range strings.Fields(row.yes) {
					want[who] = yes
				}
				for refusal, whom := range row.rules {
					for _, who := range strings.Fields(whom) {
						want[who] = refusal
					}
				}
				Expect(got).To(Equal(want))
			}, NodeTimeout(2*time.Minute))
		}
	}
})
