// SPDX-License-Identifier: Apache-2.0

package grant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
)

const baseDomain = "crm.example.com"

// office is what a desk looks at: an organization whose members came past admission. None of them has a place yet.
type office struct {
	client  client.Client
	view    *facts.View
	members []*v1alpha1.Membership // eldest first
	walks   int                    // how often all objects of the organization were listed
}

// newOffice makes an organization with so many licences, and so many members beside the super admin. The view has seen it.
func newOffice(t *testing.T, licenses int32, members int) *office {
	t.Helper()
	o := officeUnseen(t, licenses, members)
	o.see(t, "Organization", "1000", o.organization(t))
	return o
}

// officeUnseen makes an office whose organization and members the view has not seen yet.
func officeUnseen(t *testing.T, licenses int32, members int) *office {
	t.Helper()
	org := &v1alpha1.Organization{
		ObjectMeta: metav1.ObjectMeta{Name: "zylker", UID: "zylker"},
		Spec: v1alpha1.OrganizationSpec{
			SuperAdmin:   "john@zylker.com",
			Subscription: &v1alpha1.Subscription{Edition: v1alpha1.EditionStandard, Licenses: licenses},
		},
	}
	o := &office{view: facts.NewView(baseDomain)}
	objects := []client.Object{org}
	for i := range members {
		name := fmt.Sprintf("member%03d", i)
		m := &v1alpha1.Membership{
			ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: name, UID: types.UID(name), CreationTimestamp: metav1.Unix(int64(i+1), 0)},
			Spec:       v1alpha1.MembershipSpec{User: name + "@zylker.com", Role: v1alpha1.RoleStandard},
		}
		o.members, objects = append(o.members, m), append(objects, m)
	}
	o.client = o.cache(t, objects...)
	for _, kind := range facts.Kinds() {
		if kind != "Membership" {
			o.see(t, kind, "1")
		}
	}
	return o
}

// see shows the view all objects of a kind, as of a version.
func (o *office) see(t *testing.T, kind, version string, objects ...client.Object) {
	t.Helper()
	var list []any
	for _, obj := range objects {
		list = append(list, obj)
	}
	if err := o.view.Store(kind).Replace(list, version); err != nil {
		t.Fatal(err)
	}
}

func (o *office) seeMembers(t *testing.T) {
	t.Helper()
	var all []client.Object
	for _, m := range o.members {
		all = append(all, m)
	}
	o.see(t, "Membership", "1000", all...)
}

// cache is a client that finds objects as the manager's does, and counts the walks.
func (o *office) cache(t *testing.T, objects ...client.Object) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), rbacv1.AddToScheme(scheme), networkingv1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...)
	if err := index.Register(t.Context(), indexer{builder}, &config.Ingress{BaseDomain: baseDomain}); err != nil {
		t.Fatal(err)
	}
	return builder.WithInterceptorFuncs(interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			if asked := (&client.ListOptions{}).ApplyOptions(opts); asked.Namespace != "" && asked.FieldSelector == nil {
				o.walks++
			}
			return c.List(ctx, list, opts...)
		},
	}).Build()
}

type indexer struct{ builder *fake.ClientBuilder }

func (i indexer) IndexField(_ context.Context, obj client.Object, field string, values client.IndexerFunc) error {
	i.builder.WithIndex(obj, field, values)
	return nil
}

// ask asks for a membership as the cache holds it. No grant is ever stored, so the cache shows none.
func (o *office) ask(t *testing.T, d *Desk, m *v1alpha1.Membership) bool {
	t.Helper()
	var cached v1alpha1.Membership
	if err := o.client.Get(t.Context(), client.ObjectKeyFromObject(m), &cached); err != nil {
		t.Fatal(err)
	}
	surplus, err := d.Ask(t.Context(), &cached)
	if err != nil {
		t.Fatal(err)
	}
	return len(surplus) == 0
}

func TestNobodyIsRankedWhereThereAreSeatsForAll(t *testing.T) {
	o := newOffice(t, 51, 50)
	o.seeMembers(t)
	d := NewDesk(o.client, o.view)
	for _, m := range o.members {
		if !o.ask(t, d, m) {
			t.Fatalf("%s has no place", m.Name)
		}
	}
	if o.walks != 0 {
		t.Errorf("the organization's members were listed %d times", o.walks)
	}
}

// The cache shows none of the grants, which can happen for a moment. Past grants count all the same.
func TestTheEldestHaveTheSeatsInAnyOrder(t *testing.T) {
	for sentence, viewed := range map[string]bool{"with a view": true, "without one": false} {
		t.Run(sentence, func(t *testing.T) {
			o := newOffice(t, 6, 12)
			var view *facts.View
			if viewed {
				o.seeMembers(t)
				view = o.view
			}
			d := NewDesk(o.client, view)
			backwards := slices.Clone(o.members)
			slices.Reverse(backwards)
			for _, order := range [][]*v1alpha1.Membership{backwards, o.members, backwards} {
				for _, m := range order {
					if got, want := o.ask(t, d, m), m.CreationTimestamp.Unix() <= 5; got != want {
						t.Errorf("%s has a place: %v, want %v", m.Name, got, want)
					}
				}
			}
		})
	}
}

// Two members came within a second, and the one with the lower rank came first. The place is given once.
func TestAPlaceIsGivenOnce(t *testing.T) {
	o := newOffice(t, 2, 2)
	elder, younger := o.members[0], o.members[1]
	if err := o.client.Delete(t.Context(), elder.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	d := NewDesk(o.client, nil)
	if !o.ask(t, d, younger) {
		t.Fatal("who is alone has a place")
	}
	late := elder.DeepCopy()
	late.ResourceVersion = ""
	if err := o.client.Create(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	if o.ask(t, d, late) {
		t.Error("the place was given twice")
	}
	if !o.ask(t, d, younger) {
		t.Error("what was given is taken away")
	}
}

func TestNobodyIsJudgedByAViewThatIsBehind(t *testing.T) {
	o := newOffice(t, 9, 1)
	d := NewDesk(o.client, o.view)
	var m v1alpha1.Membership
	if err := o.client.Get(t.Context(), client.ObjectKeyFromObject(o.members[0]), &m); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Ask(t.Context(), &m); !errors.Is(err, status.ErrBehind) {
		t.Errorf("got %v, want to be sent to come again", err)
	}
	o.seeMembers(t)
	if surplus, err := d.Ask(t.Context(), &m); err != nil || len(surplus) > 0 {
		t.Errorf("got %v, %v once the view has caught up", surplus, err)
	}
}

// The view is late: it does not know the number of seats yet. So the desk gives no seat by it.
func TestNobodyIsRankedBeforeTheViewHasSeenTheOrganization(t *testing.T) {
	o := officeUnseen(t, 3, 4)
	o.seeMembers(t)
	d := NewDesk(o.client, o.view)
	younger := o.member(t, 3)
	if _, err := d.Ask(t.Context(), younger); !errors.Is(err, status.ErrBehind) {
		t.Errorf("got %v before the view has seen the organization, want to be sent to come again", err)
	}
	o.see(t, "Organization", "1000", o.organization(t))
	for i := range o.members {
		surplus, err := d.Ask(t.Context(), o.member(t, i))
		if want := i < 2; err != nil || (len(surplus) == 0) != want {
			t.Errorf("member %d: got %v, %v, want a place: %v", i, surplus, err, want)
		}
	}
}

// The view has seen the organization's end, but the cache still shows the organization.
func TestNobodyIsRankedInAnOrganizationThatIsGone(t *testing.T) {
	o := newOffice(t, 3, 4)
	o.seeMembers(t)
	o.see(t, "Organization", "1001")
	if _, err := NewDesk(o.client, o.view).Ask(t.Context(), o.member(t, 0)); !errors.Is(err, status.ErrBehind) {
		t.Errorf("got %v, want to be sent to come again", err)
	}
}

// member is a membership as the cache has it.
func (o *office) member(t *testing.T, i int) *v1alpha1.Membership {
	t.Helper()
	var m v1alpha1.Membership
	if err := o.client.Get(t.Context(), client.ObjectKeyFromObject(o.members[i]), &m); err != nil {
		t.Fatal(err)
	}
	return &m
}

func (o *office) organization(t *testing.T) *v1alpha1.Organization {
	t.Helper()
	var org v1alpha1.Organization
	if err := o.client.Get(t.Context(), client.ObjectKey{Name: "zylker"}, &org); err != nil {
		t.Fatal(err)
	}
	return &org
}

func TestRecentForgetsTheOldest(t *testing.T) {
	var r recent
	for i := range 3 * enough {
		r.add(types.UID(strconv.Itoa(i)))
	}
	if r.has("0") || !r.has(types.UID(strconv.Itoa(2*enough))) || len(r.young)+len(r.old) > 2*enough {
		t.Errorf("of %d grants it remembers %d", 3*enough, len(r.young)+len(r.old))
	}
}
