// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestProgress(t *testing.T) {
	pending := func(status metav1.ConditionStatus, reason string) v1alpha1.Invitation {
		var i v1alpha1.Invitation
		i.Status.State = v1alpha1.InvitationPending
		if reason != "" {
			i.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionDelivered, Status: status, Reason: reason}}
		}
		return i
	}
	over := pending(metav1.ConditionTrue, v1alpha1.ReasonSent)
	over.Status.State = v1alpha1.InvitationAccepted
	going := pending(metav1.ConditionTrue, v1alpha1.ReasonSent)
	going.DeletionTimestamp = &metav1.Time{}
	for sentence, tc := range map[string]struct {
		all  []v1alpha1.Invitation
		want *v1alpha1.InvitationsStatus
	}{
		"nothing where nothing is pending":    {[]v1alpha1.Invitation{over, going, {}}, nil},
		"I12: without a mail server, no more": {[]v1alpha1.Invitation{pending(metav1.ConditionUnknown, v1alpha1.ReasonMailNotConfigured), pending("", "")}, &v1alpha1.InvitationsStatus{Pending: 2}},
		"I12, I13: each once, whatever became of it": {[]v1alpha1.Invitation{
			pending(metav1.ConditionTrue, v1alpha1.ReasonSent),
			pending(metav1.ConditionUnknown, v1alpha1.ReasonSending), pending(metav1.ConditionUnknown, v1alpha1.ReasonQueued),
			pending(metav1.ConditionFalse, v1alpha1.ReasonDeferred),
			pending(metav1.ConditionFalse, v1alpha1.ReasonUndelivered), pending(metav1.ConditionFalse, v1alpha1.ReasonSendLimit),
			pending(metav1.ConditionFalse, v1alpha1.ReasonRecipientOptedOut), over,
		}, &v1alpha1.InvitationsStatus{Pending: 7, Sent: 1, Waiting: 3, Undelivered: 3}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := progress(tc.all); !ptr.Equal(got, tc.want) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}
