// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/gomega"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// world is everything that a customer has, in words that do not depend on its times, its order or its name.
type world map[string]string

// instant is a time in an object.
var instant = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// world is a customer's world, under the sample's name.
func (c *cluster) world(ctx context.Context, g Gomega, name string) world {
	w := worldWriter{g: g, world: world{}, name: name}
	for _, org := range c.organizations(ctx, g, name) {
		w.organization(&org)
		inside := client.InNamespace(namespaceOf(org.Name))
		var members v1alpha1.MembershipList
		g.Expect(c.Platform.List(ctx, &members, inside)).To(Succeed())
		for _, m := range members.Items {
			w.say("Membership "+org.Name+" "+m.Spec.User, m.Spec, m.Status)
		}
		var bindings v1alpha1.IntegrationBindingList
		g.Expect(c.Platform.List(ctx, &bindings, inside)).To(Succeed())
		for _, b := range bindings.Items {
			w.say("IntegrationBinding "+org.Name+" "+b.Name, b.Spec, b.Status)
		}
		c.access(ctx, g, w, org.Name)
	}
	var users v1alpha1.UserList
	g.Expect(c.Platform.List(ctx, &users)).To(Succeed())
	for _, u := range users.Items {
		if strings.Contains(u.Spec.Email, name+".example") {
			w.user(&u)
		}
	}
	return w.world
}

func (c *cluster) organizations(ctx context.Context, g Gomega, name string) []v1alpha1.Organization {
	var all v1alpha1.OrganizationList
	g.Expect(c.Platform.List(ctx, &all)).To(Succeed())
	return slices.DeleteFunc(all.Items, func(o v1alpha1.Organization) bool { return o.Name != name && o.Name != name+"-labs" })
}

// access is the rights of people in an organization's namespace, and the route to its host.
func (c *cluster) access(ctx context.Context, g Gomega, w worldWriter, organization string) {
	inside := client.InNamespace(namespaceOf(organization))
	var bindings rbacv1.RoleBindingList
	g.Expect(c.Platform.List(ctx, &bindings, inside)).To(Succeed())
	who := map[string][]string{}
	for _, b := range bindings.Items {
		for _, s := range b.Subjects {
			who[b.RoleRef.Name] = append(who[b.RoleRef.Name], s.Name)
		}
	}
	for role := range who {
		slices.Sort(who[role])
	}
	var own rbacv1.ClusterRoleBinding
	g.Expect(c.Platform.Get(ctx, client.ObjectKey{Name: "polyorg:organization:" + organization + "-0"}, &own)).To(Succeed())
	var routes networkingv1.IngressList
	g.Expect(c.Platform.List(ctx, &routes, inside)).To(Succeed())
	var specs []networkingv1.IngressSpec
	for _, r := range routes.Items {
		specs = append(specs, r.Spec)
	}
	w.say("access "+organization, who, own.Subjects, specs)
}

type worldWriter struct {
	g     Gomega
	world world
	name  string
}

// organization leaves out the end of the trial, which depends on the time.
func (w worldWriter) organization(o *v1alpha1.Organization) {
	w.say("Organization "+o.Name, o.Spec, o.Status)
}

// user leaves out the default of a person who chose none: it is their first organization (F1).
func (w worldWriter) user(u *v1alpha1.User) {
	if u.Spec.DefaultOrganization == "" {
		u.Status.DefaultOrganization = ""
	}
	slices.SortFunc(u.Status.Organizations, func(a, b v1alpha1.UserOrganization) int { return strings.Compare(a.Name, b.Name) })
	w.say("User "+u.Spec.Email, u.Spec, u.Status)
}

func (w worldWriter) say(what string, parts ...any) {
	data, err := json.Marshal(parts)
	w.g.Expect(err).NotTo(HaveOccurred())
	var plain any
	w.g.Expect(json.Unmarshal(data, &plain)).To(Succeed())
	order(plain)
	data, err = json.Marshal(plain)
	w.g.Expect(err).NotTo(HaveOccurred())
	text := instant.ReplaceAllString(string(data), "then")
	w.world[strings.ReplaceAll(what, w.name, sample)] = strings.ReplaceAll(text, w.name, sample)
}

// order sorts conditions by type. Their order in an object depends on time.
func order(value any) {
	switch v := value.(type) {
	case map[string]any:
		if conditions, ok := v["conditions"].([]any); ok {
			slices.SortFunc(conditions, func(a, b any) int {
				return strings.Compare(a.(map[string]any)["type"].(string), b.(map[string]any)["type"].(string))
			})
		}
		for _, item := range v {
			order(item)
		}
	case []any:
		for _, item := range v {
			order(item)
		}
	}
}
