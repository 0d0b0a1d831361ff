// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/fallback"
)

const base = "crm.example.com"

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// organization has had its place for a day, and these hosts.
func organization(name string, hosts ...string) *v1alpha1.Organization {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID("uid-" + name), CreationTimestamp: metav1.NewTime(now.AddDate(0, 0, -1))}}
	org.Spec.Locale = "fr"
	org.Status.Hosts = hosts
	org.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionGranted, Status: metav1.ConditionTrue}}
	return org
}

func with(org *v1alpha1.Organization, change func(*v1alpha1.Organization)) *v1alpha1.Organization {
	change(org)
	return org
}

func asking(name string) func(*v1alpha1.Organization) {
	return func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: name} }
}

func trialOver(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: now} }

func deleted(o *v1alpha1.Organization) {
	o.DeletionTimestamp, o.Finalizers = &metav1.Time{Time: now}, []string{"polyorg.io/organization"}
}

// reservation keeps a host for an organization for an hour.
func reservation(host, org, to string) *v1alpha1.HostReservation {
	h := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: host}}
	h.Spec.HeldFor = &v1alpha1.OrganizationReference{Name: org, UID: types.UID("uid-" + org)}
	h.Spec.RedirectTo = to
	h.Spec.ExpiresAt = &metav1.Time{Time: now.Add(time.Hour)}
	return h
}

// knowing is a directory that has seen some objects.
func knowing(t *testing.T, at time.Time, objects ...client.Object) *Directory {
	t.Helper()
	cfg := config.Default()
	cfg.Ingress.BaseDomain, cfg.Ingress.Gateway = base, nil
	d, err := New(facts.NewView(base), nil, cfg, testingclock.NewFakePassiveClock(at))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		kept, err := slim(o.DeepCopyObject())
		if err != nil {
			t.Fatal(err)
		}
		in := d.organizations
		if _, is := o.(*v1alpha1.HostReservation); is {
			in = d.reservations
		}
		if err := in.GetIndexer().Add(kept); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func TestFind(t *testing.T) {
	const host, before, domain = "zylker." + base, "zylkr." + base, "crm.zylker.example"
	serving := fallback.Answer{State: fallback.Serving, Locale: "fr"}
	moved := fallback.Answer{State: fallback.Moved, Present: host, Locale: "fr"}
	suspended := fallback.Answer{State: fallback.Suspended, Locale: "fr"}
	for sentence, tc := range map[string]struct {
		objects []client.Object
		at      time.Duration
		host    string
		want    fallback.Answer // its zero value: not found
	}{
		"A1: an organization's host":                         {objects: []client.Object{organization("zylker", host)}, host: host, want: serving},
		"A2: a host that it only asks for is not its own":    {objects: []client.Object{organization("zylker")}, host: host},
		"A2: a host that nobody has":                         {objects: []client.Object{organization("zylker", host)}, host: before},
		"A6: a former host leads to the present one":         {objects: []client.Object{organization("zylker", host), reservation(before, "zylker", host)}, host: before, want: moved},
		"A6: also over two renames at once":                  {objects: []client.Object{organization("zylker", host), reservation(before, "zylker", "mid."+base), reservation("mid."+base, "zylker", host)}, host: before, want: moved},
		"A6: while the status still has it, it is served":    {objects: []client.Object{organization("zylker", before, host), reservation(before, "zylker", host)}, host: before, want: serving},
		"A6: until the new host is held, the old one serves": {objects: []client.Object{with(organization("zylker", before), asking("new"))}, host: before, want: serving},
		"A6: one whose reservation has ended is nobody's":    {objects: []client.Object{organization("zylker", host), reservation(before, "zylker", host)}, at: time.Hour, host: before},
		"A6: one that only is reserved leads nowhere":        {objects: []client.Object{organization("zylker", host), reservation(before, "zylker", "")}, host: before},
		"A6: one that somebody redirects elsewhere does not": {objects: []client.Object{organization("zylker", host), reservation(before, "zylker", "evil.example")}, host: before},
		"A2: a later organization of that name has no part":  {objects: []client.Object{with(organization("zylker", host), func(o *v1alpha1.Organization) { o.UID = "later" }), reservation(before, "zylker", host)}, host: before},
		"A6: a host that another has now is that one's":      {objects: []client.Object{organization("zylker", host), reservation(before, "zylker", host), organization("acme", before)}, host: before, want: serving},
		"A8: a custom domain":                                {objects: []client.Object{organization("zylker", host, domain)}, host: domain, want: serving},
		"A7: a suspended organization's host":                {objects: []client.Object{with(organization("zylker", host), trialOver)}, host: host, want: suspended},
		"A7: its former host too":                            {objects: []client.Object{with(organization("zylker", host), trialOver), reservation(before, "zylker", host)}, host: before, want: suspended},
		"A7: and its custom domain":                          {objects: []client.Object{with(organization("zylker", host, domain), trialOver)}, host: domain, want: suspended},
		"E3: a trial that ends without an event":             {objects: []client.Object{with(organization("zylker", host), func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: now.Add(time.Minute)} })}, at: time.Minute, host: host, want: suspended},
		"E3: and not a moment before":                        {objects: []client.Object{with(organization("zylker", host), func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: now.Add(time.Minute)} })}, at: time.Minute - 1, host: host, want: serving},
		"A7: a deleted organization's host":                  {objects: []client.Object{with(organization("zylker", host), deleted)}, host: host},
		"A7: a deleted one's former host":                    {objects: []client.Object{with(organization("zylker", host), deleted), reservation(before, "zylker", host)}, host: before},
		"A7: a host that is reserved to one that is gone":    {objects: []client.Object{reservation(before, "zylker", "")}, host: before},
		"O7: a protected one serves, whatever was asked for": {objects: []client.Object{with(with(organization("zylker", host), deleted), func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true })}, host: host, want: serving},
		"L1: one beyond a limit serves nothing":              {objects: []client.Object{with(organization("zylker", host), func(o *v1alpha1.Organization) { o.Status.Conditions[0].Status = metav1.ConditionFalse })}, host: host},
		"A4: the portal's host is the platform's":            {objects: []client.Object{organization("login", "login."+base)}, host: "login." + base},
		"A6: a reservation that is held for nobody":          {objects: []client.Object{&v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: before}, Spec: v1alpha1.HostReservationSpec{RedirectTo: host}}}, host: before},
	} {
		t.Run(sentence, func(t *testing.T) {
			got, found := knowing(t, now.Add(tc.at), tc.objects...).Find(tc.host)
			if got != tc.want || found != (tc.want != fallback.Answer{}) {
				t.Errorf("got %+v, %v, want %+v", got, found, tc.want)
			}
		})
	}
}

// TestA2TwoHolders: the one that gets the host decides what a page says, and not the order in which a replica saw them.
func TestA2TwoHolders(t *testing.T) {
	const host = "shop." + base
	first := with(organization("first", host), trialOver)
	second := with(organization("second", host), func(o *v1alpha1.Organization) { o.CreationTimestamp = metav1.NewTime(now) })
	for _, order := range [][]client.Object{{first, second}, {second, first}} {
		if got, _ := knowing(t, now, order...).Find(host); got.State != fallback.Suspended {
			t.Errorf("got %+v, want that of the older organization", got)
		}
	}
}

func TestReady(t *testing.T) {
	if err := knowing(t, now).Ready(nil); err == nil {
		t.Error("a replica that has read nothing is ready")
	}
}

// BenchmarkFind is what a request for a former host costs, of an organization with very many of them.
func BenchmarkFind(b *testing.B) {
	const host = "zylker." + base
	cfg := config.Default()
	cfg.Ingress.BaseDomain = base
	d, err := New(facts.NewView(base), nil, cfg, testingclock.NewFakePassiveClock(now))
	if err != nil {
		b.Fatal(err)
	}
	if err := d.organizations.GetIndexer().Add(organization("zylker", host)); err != nil {
		b.Fatal(err)
	}
	for n := range 100 {
		if err := d.reservations.GetIndexer().Add(reservation(fmt.Sprintf("former%d.%s", n, base), "zylker", host)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, found := d.Find("former99." + base); !found {
			b.Fatal("not found")
		}
	}
}
