// SPDX-License-Identifier: Apache-2.0

package recipients_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/polyorg/polyorg/internal/recipients"
)

const (
	namespace = "polyorg-system"
	bob       = "bob@zylker.com"
)

var now = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// storeOf is a store over objects that are only kept. Two stores share them, as two replicas do.
func storeOf(objects ...client.Object) (a, b *recipients.Store) {
	c := fake.NewClientBuilder().WithObjects(objects...).Build()
	return &recipients.Store{Client: c, Namespace: namespace}, &recipients.Store{Client: c, Namespace: namespace}
}

func mutedAt(t *testing.T, s *recipients.Store, organization, email string) int64 {
	t.Helper()
	known, err := s.Known(t.Context(), recipients.Of(organization, email))
	if err != nil {
		t.Fatal(err)
	}
	return known.MutedAt
}

func TestMute(t *testing.T) {
	for sentence, tc := range map[string]struct {
		muted, asked, email string
		want                bool
	}{
		"I12: of one organization":               {"zylker", "zylker", bob, true},
		"I12: not of another":                    {"zylker", "other", bob, false},
		"I12: of all of them":                    {recipients.Platform, "other", bob, true},
		"I12: nobody else's":                     {recipients.Platform, "zylker", "eve@zylker.com", false},
		"I12: a name is no part of an address":   {"zylker", "zylkerb", "ob@zylker.com", false},
		"I12: nor does an organization mute all": {"zylker", recipients.Platform, bob, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			here, there := storeOf()
			if err := here.Mute(t.Context(), recipients.Of(tc.muted, bob), now); err != nil {
				t.Fatal(err)
			}
			if at := mutedAt(t, there, tc.asked, tc.email); (at == now.Unix()) != tc.want || (at == 0) == tc.want {
				t.Errorf("muted at %d; want %t", at, tc.want)
			}
			if err := there.Unmute(t.Context(), recipients.Of(tc.muted, bob), now); err != nil {
				t.Fatal(err)
			}
			if at := mutedAt(t, here, tc.asked, tc.email); at != 0 {
				t.Errorf("still muted at %d", at)
			}
		})
	}
}

func TestTheLaterMuteCounts(t *testing.T) {
	s, _ := storeOf()
	for organization, at := range map[string]time.Time{"zylker": now, recipients.Platform: now.Add(time.Hour)} {
		if err := s.Mute(t.Context(), recipients.Of(organization, bob), at); err != nil {
			t.Fatal(err)
		}
	}
	if at := mutedAt(t, s, "zylker", bob); at != now.Add(time.Hour).Unix() {
		t.Errorf("muted at %d", at)
	}
}

func TestSent(t *testing.T) {
	s, _ := storeOf()
	note := func(invitation types.UID, messages int32, until, at time.Time) {
		t.Helper()
		err := s.Change(t.Context(), recipients.Of("zylker", bob), at, func(r *recipients.Record) {
			r.Sent = append(r.Sent, recipients.Sent{Invitation: invitation, Messages: messages, Until: until.Unix()})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	count := func(there types.UID, at time.Time) int32 {
		t.Helper()
		r, err := s.Get(t.Context(), recipients.Of("zylker", bob))
		if err != nil {
			t.Fatal(err)
		}
		return r.Messages(sets.New(there), at)
	}
	note("first", 2, now.Add(time.Hour), now)
	note("second", 1, now.Add(2*time.Hour), now)
	for sentence, tc := range map[string]struct {
		there types.UID
		at    time.Time
		want  int32
	}{
		"I13: those of all that are gone": {"", now, 3},
		"I13: less one that still is":     {"second", now, 2},
		"I13: as long as they count":      {"", now.Add(time.Hour), 1},
		"I13: and no longer":              {"", now.Add(2 * time.Hour), 0},
	} {
		if got := count(tc.there, tc.at); got != tc.want {
			t.Errorf("%s: %d, want %d", sentence, got, tc.want)
		}
	}
}

func TestWhatCountsNoLongerIsDropped(t *testing.T) {
	s, _ := storeOf()
	ctx := t.Context()
	for n := range 50 {
		err := s.Change(ctx, recipients.Of("zylker", fmt.Sprintf("p%d@zylker.com", n)), now, func(r *recipients.Record) {
			r.Sent = []recipients.Sent{{Invitation: "i", Messages: 1, Until: now.Add(time.Hour).Unix()}}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	later := now.Add(2 * time.Hour)
	if err := s.Mute(ctx, recipients.Of("zylker", bob), later); err != nil {
		t.Fatal(err)
	}
	for n := range 50 { // whatever touches its shard
		if err := s.Unmute(ctx, recipients.Of("zylker", fmt.Sprintf("p%d@zylker.com", n)), later); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(records(t, s)); got != 1 {
		t.Errorf("%d records, want the mute alone", got)
	}
}

// records are all records, as they are stored.
func records(t *testing.T, s *recipients.Store) map[string]string {
	t.Helper()
	var all corev1.ConfigMapList
	if err := s.Client.List(t.Context(), &all, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, shard := range all.Items {
		for k, v := range shard.Data {
			found[k] = v
		}
	}
	return found
}

func TestNothingStoredTellsAnAddress(t *testing.T) {
	s, _ := storeOf()
	if err := s.Mute(t.Context(), recipients.Of(recipients.Platform, bob), now); err != nil {
		t.Fatal(err)
	}
	for k, v := range records(t, s) {
		for _, part := range []string{"bob", "zylker", "@"} {
			if strings.Contains(k+v, part) {
				t.Errorf("%s: %s tells %q", k, v, part)
			}
		}
	}
	other, _ := storeOf()
	if err := other.Mute(t.Context(), recipients.Of(recipients.Platform, bob), now); err != nil {
		t.Fatal(err)
	}
	for k := range records(t, s) {
		if _, same := records(t, other)[k]; same {
			t.Error("the hash is the same in every installation, so anybody can look an address up")
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	here, there := storeOf()
	var all sync.WaitGroup
	errs := make([]error, 40)
	for n := range errs {
		s := []*recipients.Store{here, there}[n%2]
		all.Go(func() {
			for { // the caller tries again; a conflict loses nothing
				errs[n] = s.Mute(t.Context(), recipients.Of("zylker", fmt.Sprintf("p%d@zylker.com", n)), now)
				if errs[n] == nil || t.Context().Err() != nil {
					return
				}
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := len(records(t, here)); got != len(errs) {
		t.Errorf("%d records of %d", got, len(errs))
	}
}

func TestABadKeyIsNoOther(t *testing.T) {
	s, _ := storeOf(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: recipients.SecretName}, Data: map[string][]byte{"key": []byte("short")}})
	_, err := s.Known(t.Context(), recipients.Of("zylker", bob))
	if err == nil || !strings.Contains(err.Error(), recipients.SecretName) || strings.Contains(err.Error(), "short") {
		t.Errorf("want an error that names the Secret and not the key, got %v", err)
	}
}

func TestABrokenRecordStays(t *testing.T) {
	s, _ := storeOf()
	ctx := t.Context()
	if err := s.Mute(ctx, recipients.Of("zylker", bob), now); err != nil {
		t.Fatal(err)
	}
	var all corev1.ConfigMapList
	if err := s.Client.List(ctx, &all, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	shard := &all.Items[0]
	for k := range shard.Data {
		shard.Data[k] = "{"
	}
	if err := s.Client.Update(ctx, shard); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Known(ctx, recipients.Of("zylker", bob)); err == nil {
		t.Error("I12: what cannot be read counts as a wish for mail")
	}
	if err := s.Mute(ctx, recipients.Of("zylker", bob), now); err == nil {
		t.Error("a record of a later version was overwritten")
	}
	if got := records(t, s); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestALostKeyIsNotReplaced(t *testing.T) {
	here, there := storeOf()
	ctx := t.Context()
	if err := here.Mute(ctx, recipients.Of("zylker", bob), now); err != nil {
		t.Fatal(err)
	}
	if err := here.Client.Delete(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: recipients.SecretName}}); err != nil {
		t.Fatal(err)
	}
	_, err := there.Known(ctx, recipients.Of("zylker", bob))
	if err == nil || !strings.Contains(err.Error(), "restore it from a backup") {
		t.Errorf("I12: got %v", err)
	}
}
