// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/routetest"
)

// settles keeps a plan until that takes no write, which it must soon.
func (i installation) settles(t *testing.T, p route.Plan) {
	t.Helper()
	until(t, func() error {
		before := i.writes.Load()
		if err := i.Keep(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if n := i.writes.Load() - before; n > 0 {
			return fmt.Errorf("it took %d writes again", n)
		}
		return nil
	})
}

// there are the objects of an organization, or of the platform, as kind/namespace/name.
func there(t *testing.T, organization string) []string {
	t.Helper()
	label := client.MatchingLabels{v1alpha1.OrganizationLabel: organization}
	if organization == "" {
		label = client.MatchingLabels{v1alpha1.ManagedByLabel: v1alpha1.FieldOwner}
	}
	var names []string
	for _, k := range []kind{ingresses, httpRoutes, grants, middlewares} {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(k.GroupVersion().WithKind(k.Kind + "List"))
		if err := admin(t).List(t.Context(), list, label); err != nil && !meta.IsNoMatchError(err) {
			t.Fatal(err)
		}
		for n := range list.Items {
			o := &list.Items[n]
			names = append(names, k.Kind+"/"+o.GetNamespace()+"/"+o.GetName())
		}
	}
	slices.Sort(names)
	return names
}

func wantThere(t *testing.T, organization string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := there(t, organization); !slices.Equal(got, want) {
		t.Fatalf("there is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func host(name string) string { return name + "." + routetest.Base }

// full is a plan with everything.
func full(f routetest.Facts) routetest.Facts {
	name := f.Organization.Name
	return f.Holding(host(name), "crm."+name+".example").Former(host(name+"-old"), host(name), 30).Allowing("203.0.113.0/24", "2001:db8::/32")
}

// TestA5IngressNeedsNoOtherKind comes first: the cluster has no kind of the Gateway API, and none of Traefik.
func TestA5IngressNeedsNoOtherKind(t *testing.T) {
	f := full(organization(t, "plain"))
	c := routetest.Config(routetest.Full)
	i := install(t, c)
	i.settles(t, f.Plan(c))
	wantThere(t, "plain", "Ingress/crm-system/polyorg-access-plain", "Ingress/polyorg-system/polyorg-fallback-plain")
	if again, err := i.Retire(t.Context(), f.Plan(c), true); err != nil || again != 0 {
		t.Errorf("an earlier configuration left something: %s, %v", again, err)
	}
	i.settles(t, route.Make(route.Facts{Organization: f.Organization, Withheld: true}, c, routetest.Now))
	wantThere(t, "plain")
}

// TestKeepWritesOnlyDifferences: what is stored is what is wanted, for each mode and controller. What somebody else changes comes back.
func TestKeepWritesOnlyDifferences(t *testing.T) {
	installKinds(t)
	n := 0
	for sentence, changes := range map[string][]func(*config.Ingress){
		"Ingress":               {routetest.Full},
		"Ingress by Traefik":    {routetest.Full, routetest.By(config.ControllerTraefik)},
		"Ingress by HAProxy":    {routetest.Full, routetest.By(config.ControllerHAProxyIngress)},
		"Ingress, own back end": {routetest.Fallback, routetest.TLS(config.TLSPerHost, "")},
		"Gateway":               {routetest.Full, routetest.Gateway},
		"Gateway by Traefik":    {routetest.Full, routetest.Gateway, routetest.By(config.ControllerTraefik)},
		"Gateway without TLS":   {routetest.Fallback, routetest.Gateway, routetest.TLS(config.TLSNone, "")},
	} {
		n++
		t.Run(sentence, func(t *testing.T) {
			f := full(organization(t, fmt.Sprintf("writes%d", n)))
			c := routetest.Config(changes...)
			i := install(t, c)
			for _, suspended := range []bool{false, true, false} {
				f.Suspended = suspended
				i.settles(t, f.Plan(c))
			}
			i.mendsWhatOthersChange(t, f.Plan(c))
		})
	}
}

func (i installation) mendsWhatOthersChange(t *testing.T, p route.Plan) {
	t.Helper()
	wanted, err := i.printer.print(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range append(wanted.helpers, wanted.routes...) {
		for what, patch := range map[string]string{
			"its spec":  `{"spec":null}`,
			"a value":   `{"spec":{"hostnames":["other.example"],"ingressClassName":"other"}}`,
			"its label": `{"metadata":{"labels":{"` + v1alpha1.OrganizationLabel + `":"other"}}}`,
			"its owner": `{"metadata":{"ownerReferences":null}}`,
		} {
			changed := u.DeepCopy()
			if err := admin(t).Patch(t.Context(), changed, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
				if apierrors.IsInvalid(err) {
					continue // the kind needs a spec
				}
				t.Fatal(err)
			}
			until(t, func() error {
				if err := i.Keep(t.Context(), p); err != nil {
					return err
				}
				now := u.DeepCopy()
				if err := admin(t).Get(t.Context(), client.ObjectKeyFromObject(u), now); err != nil {
					return err
				}
				if !(object{Object: now, content: now.Object}).is(u) {
					return fmt.Errorf("%s of %s %s is not mended: %v", what, u.GetKind(), u.GetName(), now.Object)
				}
				return nil
			})
		}
	}
	i.settles(t, p)
}

// TestKeepLeavesWhatItDidNotWrite: a copy of a route has the organization's label and owner, and is somebody else's.
func TestKeepLeavesWhatItDidNotWrite(t *testing.T) {
	f := organization(t, "copied")
	c := routetest.Config(routetest.Fallback)
	i := install(t, c)
	i.settles(t, f.Plan(c))
	copied := &networkingv1.Ingress{}
	if err := admin(t).Get(t.Context(), client.ObjectKey{Namespace: "org-copied", Name: "polyorg-access"}, copied); err != nil {
		t.Fatal(err)
	}
	copied.ObjectMeta = metav1.ObjectMeta{Namespace: copied.Namespace, Name: "copy", Labels: copied.Labels, OwnerReferences: copied.OwnerReferences}
	if err := admin(t).Create(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	i.settles(t, route.Make(route.Facts{Organization: f.Organization, Withheld: true}, c, routetest.Now))
	wantThere(t, "copied", "Ingress/org-copied/copy")
}

// mark is a host that comes last.
const mark = "end.example"

// TestA6NoHostIsEverWithoutRoute: whatever changes, each host that is in the plan before and after is in some Ingress at every moment.
func TestA6NoHostIsEverWithoutRoute(t *testing.T) {
	f := organization(t, "always")
	c := routetest.Config(routetest.Full)
	i := install(t, c)
	i.settles(t, f.Plan(c))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	watched, err := admin(t).Watch(ctx, &networkingv1.IngressList{}, client.MatchingLabels{v1alpha1.OrganizationLabel: "always"})
	if err != nil {
		t.Fatal(err)
	}
	renamed := f.Asking("other", "").Holding(host("other")).Former(host("always"), host("other"), 30)
	suspended := renamed.With(func(f *route.Facts) { f.Suspended = true })
	leaving := renamed.With(func(f *route.Facts) { f.Leaving = []string{host("always")} }) // as it is for a moment after a rename
	for _, step := range []routetest.Facts{leaving, renamed, suspended, renamed, suspended} {
		i.settles(t, step.Plan(c))
	}
	i.settles(t, f.Holding(host("always"), mark).Plan(c))
	routed := map[string][]string{}
	for e := range watched.ResultChan() {
		o, is := e.Object.(*networkingv1.Ingress)
		if !is {
			t.Fatalf("the watch ended: %v", e.Object)
		}
		delete(routed, o.Name)
		if e.Type != watch.Deleted {
			for _, rule := range o.Spec.Rules {
				routed[o.Name] = append(routed[o.Name], rule.Host)
			}
		}
		if !slices.ContainsFunc([]string{"polyorg-access-always", "polyorg-fallback-always"}, func(name string) bool { return slices.Contains(routed[name], host("always")) }) {
			t.Errorf("%s is in no Ingress: %v", host("always"), routed)
		}
		if slices.Contains(routed["polyorg-access-always"], mark) {
			return
		}
	}
}
