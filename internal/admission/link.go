// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"errors"
	"maps"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/token"
)

// byLink stamps an answer that bears the token of an e-mail. Nothing that is stored holds the token: spec.tokenHash proves to the validating
// webhook that it was seen (I7, I11).
func (s *Stamper) byLink(ctx context.Context, author string, r *v1alpha1.InvitationResponse) (rules.Violations, error) {
	link, err := s.Tokens.Verify(ctx, r.Spec.Token)
	if errors.Is(err, token.ErrInvalid) {
		return rules.FollowLink(rules.Standing{}, s.Clock.Now()), nil
	}
	if err != nil {
		return nil, err
	}
	standing, err := token.Standing(ctx, s.Live, link)
	if err != nil {
		return nil, err
	}
	if violations := rules.FollowLink(standing, s.Clock.Now()); len(violations) > 0 {
		return violations, nil
	}
	if violations := rules.SameInvitation(link, r.Spec.Invitation); len(violations) > 0 {
		return violations, nil
	}
	return nil, s.stampLink(ctx, author, r, standing.Now)
}

func (s *Stamper) stampLink(ctx context.Context, author string, r *v1alpha1.InvitationResponse, i *v1alpha1.Invitation) error {
	proof, err := s.Tokens.Prove(ctx, i.UID, i.Spec.Email)
	if err != nil {
		return err
	}
	forget(r, r.Spec.Token)
	stamp(&r.Spec, author, offerOf(i))
	r.Spec.Invitation = &v1alpha1.InvitationReference{Namespace: i.Namespace, Name: i.Name}
	r.Spec.TokenHash = proof
	return nil
}

// forget removes a token from where a client copied it to, such as the annotation of kubectl apply.
func forget(r *v1alpha1.InvitationResponse, secret string) {
	holds := func(_, value string) bool { return strings.Contains(value, secret) }
	maps.DeleteFunc(r.Annotations, holds)
	maps.DeleteFunc(r.Labels, holds)
}

// byProof is the invitee, where a new answer bears the proof that the link of their e-mail was shown. It counts as their own, whoever is
// signed in.
func (v *Validator) byProof(ctx context.Context, before, after client.Object) (sender, bool, error) {
	r, is := after.(*v1alpha1.InvitationResponse)
	if !is || before != nil || r.Spec.TokenHash == "" {
		return sender{}, false, nil
	}
	proved, err := v.Tokens.Proves(ctx, r.Spec.TokenHash, r.Spec.InvitationUID, r.Spec.Invitee)
	if err != nil || !proved {
		return sender{}, false, err
	}
	return sender{rules.Actor{Email: r.Spec.Invitee, ByLink: true}, v.Actors.UsernamePrefix + r.Spec.Invitee}, true, nil
}
