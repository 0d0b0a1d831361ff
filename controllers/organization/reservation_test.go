// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// reserved is a reservation that the operator wrote.
func reserved(host, name string, uid types.UID, end time.Time) v1alpha1.HostReservation {
	whole := `{"f:spec":{"f:heldFor":{},"f:redirectTo":{},"f:expiresAt":{}}}`
	return v1alpha1.HostReservation{
		ObjectMeta: metav1.ObjectMeta{Name: host, ManagedFields: []metav1.ManagedFieldsEntry{{
			Manager: v1alpha1.FieldOwner, FieldsV1: metav1.NewFieldsV1(whole),
		}}},
		Spec: v1alpha1.HostReservationSpec{
			HeldFor: &v1alpha1.OrganizationReference{Name: name, UID: uid}, RedirectTo: "present", ExpiresAt: &metav1.Time{Time: end},
		},
	}
}

// alsoBy is a reservation of which somebody else wrote a field, too.
func alsoBy(h v1alpha1.HostReservation, fields string) v1alpha1.HostReservation {
	h.ManagedFields = append(h.ManagedFields[:1:1], metav1.ManagedFieldsEntry{Manager: "kubectl", FieldsV1: metav1.NewFieldsV1(fields)})
	return h
}

func hostsOf(reservations []v1alpha1.HostReservation) (hosts []string) {
	for _, h := range reservations {
		hosts = append(hosts, h.Name)
	}
	return hosts
}

func TestFormers(t *testing.T) {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker", UID: "now"}}
	all := []v1alpha1.HostReservation{
		reserved("asked", "zylker", "former", noon), reserved("other", "zylker", "former", noon),
		reserved("older", "zylker", "stranger", noon), reserved("own", "zylker", "now", noon), {ObjectMeta: metav1.ObjectMeta{Name: "nobody's"}},
	}
	got := formers(all, org, []string{"asked", "own", "nobody's"})
	if len(got) != 1 {
		t.Fatalf("A6: put back from %d former organizations, want 1", len(got))
	}
	if diff := cmp.Diff([][]string{{"asked"}, {"other"}}, [][]string{hostsOf(got[0].proofs), hostsOf(got[0].others)}); diff != "" {
		t.Errorf("A6: proofs, and others (-want +got):\n%s", diff)
	}
	if got := formers(all, org, []string{"new"}); len(got) > 0 {
		t.Errorf("A2: one that asks for no reserved host inherits %v", got)
	}
}

func TestSplitSurplus(t *testing.T) {
	many := func(n int) (all []v1alpha1.HostReservation) {
		for i := range n {
			all = append(all, reserved(fmt.Sprintf("h%03d", i), "zylker", "uid", noon.Add(time.Duration(n-i)*time.Hour)))
		}
		return all
	}
	foreign := many(102)
	for i := range foreign {
		foreign[i] = alsoBy(foreign[i], `{"f:spec":{"f:expiresAt":{}}}`)
	}
	for sentence, tc := range map[string]struct {
		reservations []v1alpha1.HostReservation
		ours, want   []string
	}{
		"A6: a hundred are kept":                            {many(100), nil, nil},
		"A6: of more, those that end first go":              {many(102), nil, []string{"h101", "h100"}},
		"A6: a host that the organization has is no former": {many(101), []string{"h000"}, nil},
		"A6: those of the platform stay":                    {foreign, nil, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			kept, surplus := splitSurplus(tc.reservations, tc.ours)
			if diff := cmp.Diff(tc.want, hostsOf(surplus)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(kept)+len(surplus) != len(tc.reservations) {
				t.Errorf("%d kept and %d not, of %d", len(kept), len(surplus), len(tc.reservations))
			}
		})
	}
}

func TestProlonged(t *testing.T) {
	end := noon.Add(30 * 24 * time.Hour)
	want := reserved("h", "zylker", "now", end)
	early, late := noon.Add(time.Hour), end.Add(time.Hour)
	forGood := reserved("h", "zylker", "now", early)
	forGood.Spec.ExpiresAt = nil
	for sentence, tc := range map[string]struct {
		reservation v1alpha1.HostReservation
		uid         types.UID
		end         *time.Time
	}{
		"A6: an older reservation lasts as long as a new one":   {reserved("h", "zylker", "now", early), "now", &end},
		"A6: that of a moment ago is not written again":         {reserved("h", "zylker", "now", end.Add(-time.Minute)), "now", new(end.Add(-time.Minute))},
		"L9: a later end stays":                                 {reserved("h", "zylker", "now", late), "now", &late},
		"A6: one without an end has none":                       {forGood, "now", nil},
		"A6: an end that the platform wrote stays":              {alsoBy(reserved("h", "zylker", "now", early), `{"f:spec":{"f:expiresAt":{}}}`), "now", &early},
		"A6: that of the former one becomes its own":            {reserved("h", "zylker", "former", early), "now", &end},
		"A2: that of another organization stays as it is":       {reserved("h", "other", "another", early), "another", &early},
		"A6: the platform's organization stays, with a new end": {alsoBy(reserved("h", "zylker", "former", early), `{"f:spec":{"f:heldFor":{}}}`), "former", &end},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := prolonged(&tc.reservation, &want)
			if got.HeldFor.UID != tc.uid {
				t.Errorf("it is held for %s, want %s", got.HeldFor.UID, tc.uid)
			}
			if (got.ExpiresAt == nil) != (tc.end == nil) || tc.end != nil && !got.ExpiresAt.Time.Equal(*tc.end) {
				t.Errorf("it ends at %v, want %v", got.ExpiresAt, tc.end)
			}
		})
	}
}
