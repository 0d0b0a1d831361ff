// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
)

func TestUsernames(t *testing.T) {
	r := &Reconciler{Config: &config.OperatorConfig{Identity: config.Identity{UsernamePrefix: "oidc:"}}}
	got := r.usernames([]string{"bob@zylker.com", "alice@zylker.com", "bob@zylker.com"})
	if diff := cmp.Diff([]string{"oidc:alice@zylker.com", "oidc:bob@zylker.com"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestBindings(t *testing.T) {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker", UID: "1"}}
	got := bindings(org, memberRole, shares{3: {"carol"}, 0: {"alice", "bob"}})
	if len(got) != 2 {
		t.Fatalf("got %d bindings, want 2", len(got))
	}
	for i, want := range []struct {
		name   string
		people []string
	}{{memberRole + "-0", []string{"alice", "bob"}}, {memberRole + "-3", []string{"carol"}}} {
		var people []string
		for _, s := range got[i].Subjects {
			people = append(people, *s.Name)
		}
		if *got[i].GetName() != want.name || !cmp.Equal(people, want.people) || *got[i].RoleRef.Name != memberRole {
			t.Errorf("got %s of %s for %v, want %v", *got[i].GetName(), *got[i].RoleRef.Name, people, want)
		}
	}
}
