// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"context"
	"errors"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/web/view"
)

//+kubebuilder:rbac:groups=polyorg.io,resources=invitationresponses,verbs=create
//+kubebuilder:rbac:groups=polyorg.io,resources=organizations;invitations,verbs=get

// answer serves a POST: the person has chosen.
func (p *Page) answer(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.render(w, r, nil, view.Page{Kind: view.Invalid})
		return
	}
	token, decision := r.PostForm.Get(view.FieldToken), r.PostForm.Get(view.FieldDecision)
	if decision == view.DecisionUnmute {
		i, kind := p.unmute(r.Context(), token)
		p.render(w, r, i, view.Page{Kind: kind})
		return
	}
	i, ended := p.read(r.Context(), token)
	switch {
	case ended != "":
		p.render(w, r, i, view.Page{Kind: ended})
	case decision == view.DecisionNotForMe:
		p.render(w, r, i, view.Page{Kind: view.NotForYou})
	case decision == string(v1alpha1.DecisionAccept), decision == string(v1alpha1.DecisionDecline):
		p.render(w, r, i, p.outcome(r.Context(), i, v1alpha1.Decision(decision), view.Mute(r.PostForm.Get(view.FieldMute))))
	default:
		p.render(w, r, i, view.Page{Kind: view.Ask})
	}
}

// outcome gives an answer, and is the page that says what came of it.
func (p *Page) outcome(ctx context.Context, i *invited, decision v1alpha1.Decision, mute view.Mute) view.Page {
	if decision != v1alpha1.DecisionDecline {
		mute = view.MuteNone
	}
	if err := p.mute(ctx, i, mute); err != nil {
		return view.Page{Kind: p.unavailable(ctx, err)}
	}
	err := p.create(ctx, i.token, decision)
	switch {
	case err != nil:
		return p.refusal(ctx, err)
	case decision == v1alpha1.DecisionAccept:
		return view.Page{Kind: view.Accepted, AccessURL: i.organization.Status.AccessURL}
	}
	return view.Page{Kind: view.Declined, Muted: mute}
}

// mute notes that the owner of the address wants no more e-mail. It comes before the answer: after it, the link is of no more use.
func (p *Page) mute(ctx context.Context, i *invited, mute view.Mute) error {
	of := map[view.Mute]string{view.MuteOrganization: i.organization.Name, view.MutePlatform: recipients.Platform}
	whom, asked := of[mute]
	if !asked {
		return nil
	}
	return p.Recipients.Mute(ctx, recipients.Recipient{Organization: whom, Digest: i.link.EmailDigest}, p.Clock.Now())
}

// create creates the answer. It is tried again while admission asks for that; client-go waits in between, as it is told.
func (p *Page) create(ctx context.Context, token string, decision v1alpha1.Decision) error {
	return p.Client.Create(ctx, &v1alpha1.InvitationResponse{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "by-link-"},
		Spec:       v1alpha1.InvitationResponseSpec{Token: token, Decision: decision},
	}, client.FieldOwner(v1alpha1.FieldOwner))
}

// closed are the rules by which admission says that the organization takes nobody in now: it has no seat, is suspended, or ends. An invitee is
// not told which of these it is (U3), so all of them are one rule.
var closed = map[string]bool{"I8": true}

// refusal is the page of an answer that was not taken. A refusal that no person can act on is a mistake of ours, or passes: a link can end
// between the two webhooks (I7), and the next try says how.
func (p *Page) refusal(ctx context.Context, err error) view.Page {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil || !apierrors.IsForbidden(err) && !apierrors.IsInvalid(err) {
		return view.Page{Kind: p.unavailable(ctx, err)}
	}
	for _, cause := range status.Status().Details.Causes {
		rule := string(cause.Type)
		if kind, known := ends[rule]; known {
			return view.Page{Kind: kind}
		}
		if closed[rule] {
			return view.Page{Kind: view.Closed}
		}
		if _, known := rules.RuleOf(rule); known && strings.HasPrefix(rule, "L") {
			return view.Page{Kind: view.Limit, Rule: rule, Detail: cause.Message}
		}
	}
	return view.Page{Kind: p.unavailable(ctx, err)}
}
