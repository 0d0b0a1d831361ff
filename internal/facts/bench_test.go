// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// The cluster that is measured: 100,000 memberships in 10,000 organizations, half of them in one.
const (
	manyOrganizations = 10_000
	manyMemberships   = 100_000
	crowded           = "org0"
	crowd             = 50_000
	inFlight          = 120
)

// received is an object as a watch brings it: read from the wire, and sharing no text with another.
func received[T any](b *testing.B, o T) *T {
	b.Helper()
	wire, err := json.Marshal(o)
	if err != nil {
		b.Fatal(err)
	}
	fresh := new(T)
	if err := json.Unmarshal(wire, fresh); err != nil {
		b.Fatal(err)
	}
	return fresh
}

func numbered(namespace, name string, n int) metav1.ObjectMeta {
	m := metaOf(namespace, name)
	m.ResourceVersion, m.UID = strconv.Itoa(1_000_000+n), types.UID(fmt.Sprintf("%08x-0000-4000-8000-%012x", n, n))
	return m
}

// aMembership is the nth of a cluster in which a user is in three organizations or so.
func aMembership(n int) v1alpha1.Membership {
	organization := crowded
	if n >= crowd {
		organization = "org" + strconv.Itoa(1+n%(manyOrganizations-1))
	}
	user := fmt.Sprintf("user-%d@example.com", n%(manyMemberships/3))
	return v1alpha1.Membership{
		ObjectMeta: numbered(v1alpha1.NamespacePrefix+organization, fmt.Sprintf("user-%d-example-com", n), n),
		Spec:       v1alpha1.MembershipSpec{User: user, Role: v1alpha1.RoleStandard, Origin: v1alpha1.OriginInvited, UserType: v1alpha1.UserTypeInternal},
	}
}

func organizationNumber(n int) v1alpha1.Organization {
	name := "org" + strconv.Itoa(n)
	return v1alpha1.Organization{
		ObjectMeta: numbered("", name, 2*manyMemberships+n),
		Spec: v1alpha1.OrganizationSpec{
			SuperAdmin:   fmt.Sprintf("boss-%d@example.com", n%5000),
			Subscription: &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: 2 * crowd},
		},
	}
}

func filled(b *testing.B, memberships int) *View {
	b.Helper()
	v := NewView(baseDomain)
	list := func(kind string, n int, one func(int) client.Object) {
		objects := make([]any, n)
		for i := range objects {
			objects[i] = one(i)
		}
		if err := (&kindStore{v, kind}).Replace(objects, "2000000"); err != nil {
			b.Fatal(err)
		}
	}
	list("Organization", manyOrganizations, func(n int) client.Object { return received(b, organizationNumber(n)) })
	list("Membership", memberships, func(n int) client.Object { return received(b, aMembership(n)) })
	for _, kind := range []string{"Invitation", "InvitationResponse", "IntegrationBinding", "HostReservation", "OrganizationRequest", "PlatformPolicy", "User"} {
		list(kind, 0, nil)
	}
	return v
}

// joining is an entry for a membership that no view has seen.
func joining(n int, organization string) *Entry {
	m := aMembership(manyMemberships + n)
	m.Namespace, m.Spec.User = v1alpha1.NamespacePrefix+organization, fmt.Sprintf("new-%d@example.com", n)
	return creating(&m)
}

// A judgement costs the same in an organization of ten and in one of 50,000.
func BenchmarkJudgeMembership(b *testing.B) {
	v := filled(b, manyMemberships)
	elsewhere := func(n int) string { return "org" + strconv.Itoa(1+n) }
	same := func(int) string { return crowded }
	for name, bench := range map[string]struct {
		organization string
		others       func(int) string
		user         string
	}{
		"small organization, others elsewhere": {"org77", elsewhere, "user-7@example.com"},
		"50,000 members, others elsewhere":     {crowded, elsewhere, "boss-7@example.com"},
		"50,000 members, others in the same":   {crowded, same, "boss-7@example.com"},
		"50,000 members, somebody new":         {crowded, elsewhere, "nobody@example.com"},
	} {
		b.Run(name, func(b *testing.B) {
			var entries []*Entry
			for n := range inFlight {
				entries = append(entries, joining(n, bench.others(n)))
			}
			m := aMembership(manyMemberships + inFlight)
			m.Namespace, m.Spec.User = v1alpha1.NamespacePrefix+bench.organization, bench.user
			benchmarkJudge(b, v, NewOverlay(entries), &m)
		})
	}
}

// A review of oneself takes a look-up of the person, and one of each of their organizations, however large they and the cluster are (R9).
func BenchmarkReview(b *testing.B) {
	v := filled(b, manyMemberships)
	for name, user := range map[string]string{"a member": "user-7@example.com", "a super admin of two": "boss-7@example.com", "nobody": "nobody@example.com"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v.Judge(NewOverlay(nil), nil, func(w World) {
					if s := rules.Self(rules.Best(w), born, w.Person(user)); s.User != user {
						b.Fatal(s)
					}
				})
			}
		})
	}
}

func benchmarkJudge(b *testing.B, v *View, overlay *Overlay, m *v1alpha1.Membership) {
	b.Helper()
	self, after := creating(m), Of(m, baseDomain)
	act := rules.Act{Actor: rules.Actor{Platform: true}, Now: born, BaseDomain: baseDomain}
	b.ReportAllocs()
	for b.Loop() {
		v.Judge(overlay, self, func(w World) {
			o := rules.Worst(w)
			vs := append(rules.Membership(o, act, OrganizationOf(m.Namespace), nil, m), rules.Limits(o, act, nil, after)...)
			if len(vs) > 0 {
				b.Fatal(vs)
			}
		})
	}
}

// A change of edition looks at members only if somebody could have too many on the new one, and only at those who could.
func BenchmarkJudgeEdition(b *testing.B) {
	v := filled(b, manyMemberships)
	before := organizationNumber(0)
	for _, edition := range []v1alpha1.Edition{v1alpha1.EditionUltimate, v1alpha1.EditionZohoOne} {
		b.Run(string(edition), func(b *testing.B) {
			after := before
			after.Spec.Subscription = &v1alpha1.Subscription{Edition: edition, Licenses: 2 * crowd}
			self, was, is := updating(&before, &after), Of(&before, baseDomain), Of(&after, baseDomain)
			for b.Loop() {
				v.Judge(NewOverlay(nil), self, func(w World) {
					if vs := rules.Limits(rules.Worst(w), rules.Act{}, was, is); len(vs) > 0 {
						b.Fatal(vs)
					}
				})
			}
		})
	}
}

// The work of a replica to judge beside the journal: all entries are looked up again for each batch.
func BenchmarkOverlay(b *testing.B) {
	var entries []*Entry
	for n := range inFlight {
		entries = append(entries, joining(n, crowded))
	}
	b.Run("anew", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			NewOverlay(entries)
		}
	})
	b.Run("one comes, the oldest goes", func(b *testing.B) {
		o := NewOverlay(entries)
		b.ReportAllocs()
		for b.Loop() {
			oldest := o.Entries()[0]
			o.Remove(oldest)
			o.Append(oldest)
		}
	})
}

// No request is judged while an event is applied. So it must be as quick in an organization of 50,000 as elsewhere, even after many
// deletions.
func BenchmarkWatch(b *testing.B) {
	v := filled(b, manyMemberships)
	store := &kindStore{v, "Membership"}
	for n := range 10_000 {
		v.gone.add(types.UID(strconv.Itoa(n)), departed{"1", v.now(), true})
	}
	first := aMembership(0)
	suspended := first
	suspended.Spec.Suspended = true
	b.ReportAllocs()
	for b.Loop() {
		for _, m := range []*v1alpha1.Membership{&suspended, &first} {
			if err := store.Update(m); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkMemory reports what the view holds for one membership, and for one organization.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		before := heap()
		organizations := filled(b, 0)
		middle := heap()
		all := filled(b, manyMemberships)
		after := heap()
		runtime.KeepAlive(organizations)
		runtime.KeepAlive(all)
		b.ReportMetric((middle-before)/manyOrganizations, "B/organization")
		b.ReportMetric((after-middle-(middle-before))/manyMemberships, "B/membership")
	}
}

func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
