// SPDX-License-Identifier: Apache-2.0

package membership

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestAccepted(t *testing.T) {
	at := metav1.NewTime(time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC))
	whole := func(change ...string) map[string]string {
		record := map[string]string{
			v1alpha1.InvitationAnnotation: "bob", v1alpha1.InvitedByAnnotation: "ceo@zylker.com", v1alpha1.AcceptedAtAnnotation: "2026-11-29T12:00:00Z",
		}
		for n := 0; n < len(change); n += 2 {
			record[change[n]] = change[n+1]
		}
		return record
	}
	for sentence, tc := range map[string]struct {
		origin v1alpha1.Origin
		record map[string]string
		want   *v1alpha1.AcceptedInvitation
	}{
		"I2: who invited, and when it was accepted": {v1alpha1.OriginInvited, whole(), &v1alpha1.AcceptedInvitation{Name: "bob", InvitedBy: "ceo@zylker.com", AcceptedAt: at}},
		"nobody, where the platform invited":        {v1alpha1.OriginInvited, whole(v1alpha1.InvitedByAnnotation, ""), &v1alpha1.AcceptedInvitation{Name: "bob", AcceptedAt: at}},
		"no text that is no address":                {v1alpha1.OriginInvited, whole(v1alpha1.InvitedByAnnotation, "me"), &v1alpha1.AcceptedInvitation{Name: "bob", AcceptedAt: at}},
		"nothing of a member who was not invited":   {v1alpha1.OriginProvisioned, whole(), nil},
		"nothing without a time":                    {v1alpha1.OriginInvited, whole(v1alpha1.AcceptedAtAnnotation, "yesterday"), nil},
		"nothing without a name":                    {v1alpha1.OriginInvited, whole(v1alpha1.InvitationAnnotation, ""), nil},
		"nothing that the schema refuses":           {v1alpha1.OriginInvited, whole(v1alpha1.InvitationAnnotation, strings.Repeat("a", 254)), nil},
		"nothing where there is nothing":            {v1alpha1.OriginInvited, nil, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			m := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Annotations: tc.record}, Spec: v1alpha1.MembershipSpec{Origin: tc.origin}}
			got := accepted(m)
			if got != nil && tc.want != nil && got.AcceptedAt.Equal(&tc.want.AcceptedAt) {
				got.AcceptedAt = tc.want.AcceptedAt
			}
			if !ptr.Equal(got, tc.want) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}
