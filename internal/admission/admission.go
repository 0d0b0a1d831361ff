// SPDX-License-Identifier: Apache-2.0

// Package admission answers the API server's questions. It turns a request into the facts that it would change, and has the journal
// judge and take them. Then it puts the answer into words. It decides nothing by itself.
package admission

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"go.opentelemetry.io/otel"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/component-base/tracing"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/token"
)

// patience is the longest time that a request waits for others in flight. It is shorter than the webhook's own time limit of 10 s.
const patience = 8 * time.Second

// Judge finds the rules that a change of one kind from before to after breaks; nil before is a creation, nil after a deletion.
type Judge func(o rules.Outlook, act rules.Act, organization string, before, after client.Object) rules.Violations

// Validator judges every change of a kind that has rules.
type Validator struct {
	Actors  *identity.Actors
	Journal *journal.Journal
	Clock   clock.PassiveClock
	Decoder admission.Decoder
	// Mail: the operator has a mail server.
	Mail bool
	// PortalName is the first label of the host where people sign in; empty without one.
	PortalName string
	// Tokens check the links of invitations' e-mails. Setup makes them if there are none.
	Tokens *token.Store
	// Recipients counts the e-mails of invitations that are deleted. Setup makes it if there is none.
	Recipients *recipients.Store
	// Operator is the operator's own username. The bounds of others do not apply to it.
	Operator string
}

//+kubebuilder:webhookconfiguration:mutating=false,name=polyorg-validating
//+kubebuilder:webhookconfiguration:mutating=true,name=polyorg-mutating
//+kubebuilder:webhook:path=/validate,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,sideEffects=NoneOnDryRun,groups=polyorg.io,resources=organizations;memberships;invitations;invitationresponses;organizationrequests;integrationbindings;hostreservations;users;platformpolicies,verbs=create;update;delete,versions=v1alpha1,name=validate.polyorg.io,admissionReviewVersions=v1,timeoutSeconds=10,serviceName=polyorg-webhook,serviceNamespace=polyorg-system
//+kubebuilder:webhook:path=/stamp-invitationresponse,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,sideEffects=None,groups=polyorg.io,resources=invitationresponses,verbs=create,versions=v1alpha1,name=stamp.polyorg.io,admissionReviewVersions=v1,timeoutSeconds=10,serviceName=polyorg-webhook,serviceNamespace=polyorg-system
//+kubebuilder:webhook:path=/stamp-organizationrequest,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,sideEffects=None,groups=polyorg.io,resources=organizationrequests,verbs=create,versions=v1alpha1,name=stamp-request.polyorg.io,admissionReviewVersions=v1,timeoutSeconds=10,serviceName=polyorg-webhook,serviceNamespace=polyorg-system
//+kubebuilder:webhook:path=/stamp-invitation,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,sideEffects=None,groups=polyorg.io,resources=invitations,verbs=create,versions=v1alpha1,name=stamp-invitation.polyorg.io,admissionReviewVersions=v1,timeoutSeconds=10,serviceName=polyorg-webhook,serviceNamespace=polyorg-system
//+kubebuilder:webhook:path=/review,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,sideEffects=None,groups=polyorg.io,resources=selfreviews,verbs=create,versions=v1alpha1,name=review.polyorg.io,admissionReviewVersions=v1,timeoutSeconds=10,serviceName=polyorg-webhook,serviceNamespace=polyorg-system
//+kubebuilder:webhook:path=/spelling,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,sideEffects=None,groups=polyorg.io,resources=organizations;memberships;invitations;integrationbindings;hostreservations;users,verbs=create;update,versions=v1alpha1,name=spelling.polyorg.io,admissionReviewVersions=v1,timeoutSeconds=10,serviceName=polyorg-webhook,serviceNamespace=polyorg-system,patch=`{"matchConditions":[{"name":"beyond-ascii","expression":"type(object.?spec.orValue(0)) == map && ([object.metadata.?name, object.spec.?superAdmin, object.spec.?user, object.spec.?email, object.spec.?invitedBy, object.spec.?configuredBy, object.spec.?redirectTo] + (type(object.spec.?accessURL.orValue(0)) == map ? [object.spec.accessURL.?name, object.spec.accessURL.?customDomain] : [])).exists(text, type(text.orValue(0)) == string && !text.value().matches('^[ -~]*$'))"}]}`
//+kubebuilder:rbac:groups=authorization.k8s.io,resources=subjectaccessreviews,verbs=create
//+kubebuilder:rbac:groups=polyorg.io,resources=organizations,verbs=administer;get;list;watch
//+kubebuilder:rbac:groups=polyorg.io,resources=memberships;invitations;invitationresponses;organizationrequests;integrationbindings;hostreservations;users;platformpolicies,verbs=get;list;watch
//+kubebuilder:rbac:groups="",namespace=polyorg-system,resources=configmaps,verbs=get;list;watch;create;update

// Setup serves the webhooks on a manager's server, on every replica.
func Setup(mgr ctrl.Manager, v *Validator) {
	v.Decoder = admission.NewDecoder(mgr.GetScheme())
	if v.Tokens == nil {
		v.Tokens = &token.Store{Client: v.Journal.Client, Namespace: v.Journal.Namespace, Clock: v.Clock}
	}
	if v.Recipients == nil {
		v.Recipients = &recipients.Store{Client: v.Journal.Client, Namespace: v.Journal.Namespace}
	}
	server := mgr.GetWebhookServer()
	server.Register("/validate", traced(v))
	server.Register("/stamp-invitationresponse", traced(&Stamper{
		Journal: v.Journal, Live: mgr.GetAPIReader(), Tokens: v.Tokens, Clock: v.Clock, Decoder: v.Decoder, Actors: v.Actors,
	}))
	server.Register("/stamp-organizationrequest", traced(&RequestStamper{Look: v.Journal.Look, Decoder: v.Decoder, Actors: v.Actors}))
	server.Register("/stamp-invitation", traced(&Inviter{Decoder: v.Decoder, Actors: v.Actors}))
	server.Register("/spelling", traced(&Speller{Decoder: v.Decoder}))
	server.Register("/review", traced(&Reviewer{
		View: v.Journal.View, Look: v.Journal.Look, Actors: v.Actors, Clock: v.Clock, Decoder: v.Decoder, Live: mgr.GetAPIReader(),
	}))
}

// traced continues the API server's trace of a request.
func traced(h admission.Handler) http.Handler {
	return tracing.WithTracing(&webhook.Admission{Handler: h}, otel.GetTracerProvider(), "admission")
}

// Handle judges one request.
func (v *Validator) Handle(ctx context.Context, req admission.Request) admission.Response {
	kind, known := kindOf(req)
	if !known {
		return unknown(req)
	}
	before, after, err := v.read(kind, req)
	if err != nil {
		return admission.Errored(400, err)
	}
	if kind.namespaced {
		if vs := rules.Namespace(req.Namespace); len(vs) > 0 {
			return answerFor(req, vs)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	senders, err := v.senders(ctx, req, before, after)
	if err != nil {
		return unavailable(ctx, req, err)
	}
	var answer admission.Response
	for _, s := range senders {
		req.UserInfo.Username = s.username
		answer = v.submit(ctx, req, v.change(req, kind, s.actor, before, after), s.actor, before, after)
		if answer.Allowed || answer.Result.Code != http.StatusForbidden {
			break
		}
	}
	return answer
}

// submit has a change judged, and puts the judgement into words.
func (v *Validator) submit(ctx context.Context, req admission.Request, change *journal.Change, actor rules.Actor, before, after client.Object) admission.Response {
	violations, advice, err := v.beforeJournal(ctx, req, actor, before, after)
	if err == nil && len(violations) == 0 {
		violations, err = v.Journal.Submit(ctx, change)
	}
	if err != nil {
		return failed(ctx, req, err)
	}
	response := answerFor(req, violations)
	if !response.Allowed {
		return response
	}
	if change.DryRun {
		response.Warnings = slices.Concat(advice, v.warnings(actor, before, after))
		return response
	}
	if org := ends(before, after); org != nil {
		v.openNamespace(ctx, org)
	}
	if err := v.noteSent(ctx, before, after); err != nil {
		return unavailable(ctx, req, err)
	}
	response.Warnings = slices.Concat(advice, v.warnings(actor, before, after))
	return response
}

// beforeJournal judges what takes no turn in the journal, for which others wait, and what a request asks for.
func (v *Validator) beforeJournal(ctx context.Context, req admission.Request, actor rules.Actor, before, after client.Object) (rules.Violations, []string, error) {
	if vs := extent(actor, before, after); len(vs) > 0 {
		return vs, nil, nil
	}
	if r, is := after.(*v1alpha1.OrganizationRequest); is && before == nil && r.Spec.User == actor.Email {
		return v.foresee(ctx, req, r)
	}
	return nil, nil, nil
}

// extent judges what people write beside a spec (R4).
func extent(actor rules.Actor, before, after client.Object) rules.Violations {
	switch {
	case after == nil:
		return nil
	case before == nil:
		return rules.Extent(rules.Act{Actor: actor}, nil, after)
	}
	return rules.Extent(rules.Act{Actor: actor}, before, after)
}

// change is the change that a request asks for.
func (v *Validator) change(req admission.Request, kind kind, actor rules.Actor, before, after client.Object) *journal.Change {
	was, is := v.facts(before), v.facts(after)
	c := &journal.Change{
		Kind:   req.Kind.Kind,
		Name:   types.NamespacedName{Namespace: req.Namespace, Name: req.Name},
		Before: was, After: is,
		DryRun: req.DryRun != nil && *req.DryRun,
	}
	c.Actor = v.counted(req.UserInfo.Username, actor)
	c.Discreet = !actor.Platform
	subject := after
	c.Operation = operations[req.Operation]
	if before != nil {
		subject = before
		c.ResourceVersion = before.GetResourceVersion()
	}
	c.UID, c.Name.Name = subject.GetUID(), subject.GetName()
	switch {
	case leaves(before, after):
		c.Operation, c.After = facts.Delete, nil
	case after == nil && lingers(before):
		c.Operation, c.After = facts.Update, was // a second deletion changes nothing; an entry would only end by the drop time
	}
	c.Judge = func(o rules.Outlook) rules.Violations {
		// The instant is that of the judgement: a request may have waited, and a deadline passed, since it came.
		act := rules.Act{Actor: actor, Now: v.Clock.Now(), BaseDomain: v.Journal.View.BaseDomain(), PortalName: v.PortalName, Mail: v.Mail}
		return judge(kind, o, act, facts.OrganizationOf(req.Namespace), before, after, was, c.After)
	}
	return c
}

// counted is the actor under which a request counts for the journal's bounds. An actor that acts for all tenants counts as a platform
// actor.
func (v *Validator) counted(username string, actor rules.Actor) string {
	switch {
	case actor.Platform && username == v.Operator:
		return ""
	case !actor.Platform && !identity.CleansUp(username):
		return fingerprint(username)
	}
	return journal.PlatformActor(fingerprint(username))
}

// Violations finds the rules that a change of a kind breaks, without a request for it: nil before is a creation, nil after a deletion.
func Violations(ofKind string, o rules.Outlook, act rules.Act, before, after client.Object) rules.Violations {
	stated := func(obj client.Object) []rules.Fact {
		if obj == nil {
			return nil
		}
		return facts.Of(obj, act.BaseDomain)
	}
	subject := before
	if before == nil {
		subject = after
	}
	return judge(kinds[ofKind], o, act, facts.OrganizationOf(subject.GetNamespace()), before, after, stated(before), stated(after))
}

// judge asks the rules about a change, and about the facts that it adds.
func judge(kind kind, o rules.Outlook, act rules.Act, organization string, before, after client.Object, was, is []rules.Fact) rules.Violations {
	violations := rules.SignedIn(act, authority(kind, o, act, organization, before, after))
	if violations.Forbid() {
		return violations // an actor who may not make the change learns nothing of limits and holders (U3)
	}
	return append(violations, rules.Limits(o, act, was, is)...)
}

// authority judges whether the actor may make the change, and whether the object makes sense.
func authority(kind kind, o rules.Outlook, act rules.Act, organization string, before, after client.Object) rules.Violations {
	violations := kind.judge(o, act, organization, before, after)
	switch {
	case after == nil || violations.Forbid():
		return violations
	case before == nil:
		return append(violations, rules.Metadata(act, nil, after)...)
	}
	return append(violations, rules.Metadata(act, before, after)...)
}

// leaves reports whether an update takes the last finalizer from an object that is being deleted: it goes with it.
func leaves(before, after client.Object) bool {
	return before != nil && after != nil && before.GetDeletionTimestamp() != nil && len(after.GetFinalizers()) == 0
}

// lingers reports whether an object is being deleted already, and waits for its finalizers.
func lingers(before client.Object) bool {
	return before.GetDeletionTimestamp() != nil && len(before.GetFinalizers()) > 0
}

func (v *Validator) facts(obj client.Object) []rules.Fact {
	if obj == nil {
		return nil
	}
	return facts.Of(obj, v.Journal.View.BaseDomain())
}

var operations = map[admissionv1.Operation]facts.Operation{
	admissionv1.Create: facts.Create,
	admissionv1.Update: facts.Update,
	admissionv1.Delete: facts.Delete,
}

// read decodes the object before and after; each is nil where there is none.
func (v *Validator) read(kind kind, req admission.Request) (before, after client.Object, err error) {
	if req.Operation != admissionv1.Create {
		before = kind.object()
		if err = v.Decoder.DecodeRaw(req.OldObject, before); err != nil {
			return nil, nil, fmt.Errorf("read the object before: %w", err)
		}
	}
	if req.Operation != admissionv1.Delete {
		after = kind.object()
		if err = v.Decoder.DecodeRaw(req.Object, after); err != nil {
			return nil, nil, fmt.Errorf("read the object after: %w", err)
		}
	}
	return before, after, nil
}
