// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/token"
)

// compose writes the message that an invitation waits for.
func (r *Reconciler) compose(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation) (mail.Message, error) {
	others, err := r.others(ctx, i)
	if err != nil {
		return mail.Message{}, err
	}
	name := types.NamespacedName{Namespace: i.Namespace, Name: i.Name}
	signed, err := r.Tokens.Sign(ctx, token.Of(i.UID, name, i.Spec.Email, i.Status.Delivery.Sends, i.Status.ExpiresAt.Time))
	if err != nil {
		return mail.Message{}, err
	}
	b := r.Brand()
	return write(ctx, b, mail.Invitation{
		ID: fmt.Sprintf("%s.%d@%s", i.UID, rules.Begun(i), r.Domain), To: i.Spec.Email,
		Locale: b.Texts.Match(org.Spec.Locale), TimeZone: org.Spec.TimeZone,
		Organization: cmp.Or(org.Spec.DisplayName, org.Name), Inviter: i.Status.InvitedBy,
		Role: string(i.Spec.Role), UserType: string(i.Spec.UserType), Message: i.Spec.Message,
		Deadline: i.Status.ExpiresAt.Time, Others: others,
		AcceptURL: r.PageURL + "/" + signed, DeclineURL: r.PageURL + "/" + signed + "/decline",
	})
}

// write writes a message. It was checked with samples that the platform's own templates fit; where one does not fit this invitation, ours does.
func write(ctx context.Context, b *brand.Brand, i mail.Invitation) (mail.Message, error) {
	m, err := b.Composer.Compose(i)
	if err == nil || b.Composer == b.BuiltIn {
		return m, err
	}
	log.FromContext(ctx).Error(err, "A template of the platform does not fit this invitation; the built-in one is used")
	unfit.Inc()
	return b.BuiltIn.Compose(i)
}

// others are the invitee's other organizations by name (I4).
func (r *Reconciler) others(ctx context.Context, i *v1alpha1.Invitation) (names []string, err error) {
	var memberships v1alpha1.MembershipList
	of := client.MatchingFields{index.User: identity.ObjectName(i.Spec.Email)}
	if err := r.Client.List(ctx, &memberships, of, index.Shared); err != nil {
		return nil, err
	}
	for _, m := range memberships.Items {
		if m.Spec.User != i.Spec.Email || m.Namespace == i.Namespace || !rules.Granted(&m) || m.DeletionTimestamp != nil {
			continue
		}
		var org v1alpha1.Organization
		err := r.Client.Get(ctx, client.ObjectKey{Name: facts.OrganizationOf(m.Namespace)}, &org)
		if client.IgnoreNotFound(err) != nil {
			return nil, err
		}
		if err == nil && org.DeletionTimestamp == nil {
			names = append(names, cmp.Or(org.Spec.DisplayName, org.Name))
		}
	}
	slices.Sort(names)
	return names, nil
}
