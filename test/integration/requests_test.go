// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// act is an action that people ask for, with a patch for a change.
type act struct {
	action v1alpha1.RequestAction
	patch  string
}

var _ = Describe("A request that waits to be carried out", func() {
	var (
		alice, carol, john string
		org                *v1alpha1.Organization // of alice; carol is an Administrator and john a Standard member
		carols, johns      *v1alpha1.Membership
		user               *v1alpha1.User // john's
	)
	BeforeEach(func(ctx SpecContext) {
		alice, carol, john = lab.Person("alice"), lab.Person("carol"), lab.Person("john")
		org = organization(ctx, alice, 10, func(o *v1alpha1.Organization) { o.Finalizers = []string{v1alpha1.OrganizationFinalizer} })
		member(ctx, org, alice, v1alpha1.RoleAdministrator)
		carols, johns = member(ctx, org, carol, v1alpha1.RoleAdministrator), member(ctx, org, john, v1alpha1.RoleStandard)
		user = lab.Create(ctx, platform, &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(john)}, Spec: v1alpha1.UserSpec{Email: john}})
	})
	now := func(ctx context.Context) *v1alpha1.Organization {
		GinkgoHelper()
		Expect(platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
		return org
	}
	chosen := func(ctx context.Context) string {
		GinkgoHelper()
		Expect(platform.Get(ctx, client.ObjectKeyFromObject(user), user)).To(Succeed())
		return user.Spec.DefaultOrganization
	}
	transfers := func(ctx context.Context, to string) {
		GinkgoHelper()
		Expect(change(ctx, platform, org, func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = to })).To(Succeed())
	}
	const rename = `{"displayName": "Asked for"}`

	Describe("whose leader is killed", func() {
		DescribeTable("before it did anything, is carried out by the next", func(ctx SpecContext, who func() string, what act, reason string) {
			r := asks(ctx, who(), what.action, org.Name, what.patch)
			diesIdle().dies(ctx, r)
			newLeader().concludes(ctx, r, reason)
		},
			Entry("ChooseDefault", func() string { return john }, act{v1alpha1.RequestChooseDefault, ""}, v1alpha1.ReasonChosen),
			Entry("Leave", func() string { return john }, act{v1alpha1.RequestLeave, ""}, v1alpha1.ReasonLeft),
			Entry("Change", func() string { return alice }, act{v1alpha1.RequestChange, rename}, v1alpha1.ReasonChanged),
			Entry("Delete", func() string { return alice }, act{v1alpha1.RequestDelete, ""}, v1alpha1.ReasonTerminating),
		)

		DescribeTable("after its change and before it says so, is not carried out again", func(ctx SpecContext, patch string, since func(*v1alpha1.Organization)) {
			Expect(change(ctx, platform, org, func(o *v1alpha1.Organization) { o.Spec.Locale = "de-DE" })).To(Succeed())
			r := asks(ctx, alice, v1alpha1.RequestChange, org.Name, patch)
			diesSilently().dies(ctx, r)
			Expect(change(ctx, as(carol), org, since)).To(Succeed())
			stands := now(ctx).DeepCopy().Spec
			newLeader().concludes(ctx, r, v1alpha1.ReasonChanged)
			Expect(now(ctx).Spec).To(Equal(stands))
		},
			Entry("where somebody has changed the same field since", rename, func(o *v1alpha1.Organization) { o.Spec.DisplayName = "Later" }),
			Entry("where somebody has set a field again that it removed", `{"locale": null}`, func(o *v1alpha1.Organization) { o.Spec.Locale = "de-AT" }),
		)

		It("between its change and another request, is noted before that is carried out", func(ctx SpecContext) {
			first, second := asks(ctx, alice, v1alpha1.RequestChange, org.Name, rename), asks(ctx, carol, v1alpha1.RequestChange, org.Name, `{"displayName": "Later"}`)
			diesSilently().dies(ctx, first)
			next := newLeader()
			Expect(next.looks(ctx, second)).To(Succeed())
			Expect(next.after).To(Equal(time.Second), "nothing else wakes the controller")
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(second), second)).To(Succeed())
			Expect(lab.Condition(second, v1alpha1.ConditionReady)).To(HaveValue(HaveField("Message", "Waits until the change before is noted")))
			Expect(now(ctx).Spec.DisplayName).To(Equal("Asked for"), "it waits")
			next.concludes(ctx, first, v1alpha1.ReasonChanged)
			next.concludes(ctx, second, v1alpha1.ReasonChanged)
			Expect(now(ctx).Spec.DisplayName).To(Equal("Later"))
		})

		It("after a default was chosen, comes before another choice (F2)", func(ctx SpecContext) {
			other := organization(ctx, lab.Person("bob"), 10)
			member(ctx, other, john, v1alpha1.RoleStandard)
			first := asks(ctx, john, v1alpha1.RequestChooseDefault, org.Name, "")
			diesSilently().dies(ctx, first)
			Expect(lab.Insist(ctx, func() error { return as(john).Create(ctx, wish(v1alpha1.RequestChooseDefault, other.Name, "")) })).To(lab.BeRefusedBy("R9"))
			newLeader().concludes(ctx, first, v1alpha1.ReasonChosen)
			newLeader().concludes(ctx, asks(ctx, john, v1alpha1.RequestChooseDefault, other.Name, ""), v1alpha1.ReasonChosen)
			Expect(chosen(ctx)).To(Equal(other.Name))
		})

		It("after a default was chosen, leaves the one that the platform has written since (F2)", func(ctx SpecContext) {
			r := asks(ctx, john, v1alpha1.RequestChooseDefault, org.Name, "")
			diesSilently().dies(ctx, r)
			Expect(chosen(ctx)).To(Equal(org.Name))
			Expect(change(ctx, platform, user, func(u *v1alpha1.User) { u.Spec.DefaultOrganization = "" })).To(Succeed())
			newLeader().concludes(ctx, r, v1alpha1.ReasonChosen)
			Expect(chosen(ctx)).To(BeEmpty())
		})

		It("after somebody left, leaves the membership that they have since (R6)", func(ctx SpecContext) {
			r := asks(ctx, john, v1alpha1.RequestLeave, org.Name, "")
			diesSilently().dies(ctx, r)
			back := member(ctx, org, john, v1alpha1.RoleStandard)
			newLeader().concludes(ctx, r, v1alpha1.ReasonLeft)
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(back), back)).To(Succeed())
		})
	})

	Describe("about an object that was made again under its name", func() {
		It("leaves the later Organization alone", func(ctx SpecContext) {
			// It has no members, so that it can go at once: no controller runs here.
			alone := organization(ctx, lab.Person("alone"), 10)
			who := alone.Spec.SuperAdmin
			changing, deleting := asks(ctx, who, v1alpha1.RequestChange, alone.Name, rename), asks(ctx, who, v1alpha1.RequestDelete, alone.Name, "")
			choosing := asks(ctx, who, v1alpha1.RequestChooseDefault, alone.Name, "")
			again(ctx, alone)
			later := newLeader()
			Expect(later.concludes(ctx, changing, v1alpha1.ReasonOrganizationNotFound)).To(HavePrefix(alone.Name + " is gone; "))
			later.concludes(ctx, choosing, v1alpha1.ReasonOrganizationNotFound)
			later.concludes(ctx, deleting, v1alpha1.ReasonTerminating)
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(alone), alone)).To(Succeed())
			Expect(alone.DeletionTimestamp).To(BeNil())
			Expect(alone.Spec.DisplayName).NotTo(Equal("Asked for"))
			Expect(alone.Annotations).NotTo(HaveKey(v1alpha1.LastRequestAnnotation))
		})

		It("does not say that a later Organization of that name was chosen (F2)", func(ctx SpecContext) {
			alone := organization(ctx, lab.Person("alone"), 10)
			who := alone.Spec.SuperAdmin
			lab.Create(ctx, platform, &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(who)},
				Spec: v1alpha1.UserSpec{Email: who, DefaultOrganization: alone.Name}})
			r := asks(ctx, who, v1alpha1.RequestChooseDefault, alone.Name, "")
			again(ctx, alone)
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonOrganizationNotFound)).To(HavePrefix(alone.Name + " is gone; "))
		})

		It("leaves the later Membership alone", func(ctx SpecContext) {
			r := asks(ctx, john, v1alpha1.RequestLeave, org.Name, "")
			again(ctx, johns)
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonLeft)).To(HaveSuffix("you have a later one"))
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(johns), johns)).To(Succeed())
			newLeader().concludes(ctx, asks(ctx, john, v1alpha1.RequestLeave, org.Name, ""), v1alpha1.ReasonLeft)
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(johns), johns)).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
		})
	})

	Describe("about an Organization that names another request as its last", func() {
		DescribeTable("does not wait for what is no change of it", func(ctx SpecContext, named func(ctx context.Context) string) {
			last := named(ctx)
			Expect(change(ctx, platform, org, func(o *v1alpha1.Organization) {
				o.Annotations = map[string]string{v1alpha1.LastRequestAnnotation: last}
			})).To(Succeed(), "a copy or a backup that the platform restores has it")
			newLeader().concludes(ctx, asks(ctx, carol, v1alpha1.RequestChange, org.Name, rename), v1alpha1.ReasonChanged)
			Expect(now(ctx).Spec.DisplayName).To(Equal("Asked for"))
		},
			Entry("no name of a request", func(context.Context) string { return "a/b" }),
			Entry("one that is gone", func(context.Context) string { return "wish-gone" }),
			Entry("another action's", func(ctx context.Context) string { return asks(ctx, alice, v1alpha1.RequestDelete, org.Name, "").Name }),
			Entry("another organization's", func(ctx context.Context) string {
				other := organization(ctx, alice, 10)
				return asks(ctx, alice, v1alpha1.RequestChange, other.Name, rename).Name
			}),
		)

		It("is that of nobody but the operator (R4)", func(ctx SpecContext) {
			r := asks(ctx, carol, v1alpha1.RequestChange, org.Name, rename)
			forge := func(o *v1alpha1.Organization) {
				o.Annotations = map[string]string{v1alpha1.LastRequestAnnotation: r.Name}
			}
			Expect(change(ctx, as(alice), org, forge)).To(lab.BeRefusedBy("R4"))
			newLeader().concludes(ctx, r, v1alpha1.ReasonChanged)
			Expect(now(ctx).Annotations).To(HaveKeyWithValue(v1alpha1.LastRequestAnnotation, r.Name))
		})
	})

	DescribeTable("and names no object, is no success", func(ctx SpecContext, action v1alpha1.RequestAction, patch string) {
		r, l := asks(ctx, carol, action, org.Name, patch), newLeader()
		l.faults.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, options ...client.GetOption) error {
			err := c.Get(ctx, key, obj, options...)
			if r, is := obj.(*v1alpha1.OrganizationRequest); is {
				r.Spec.SubjectUID = "" // as an older version stamped it
			}
			return err
		}
		stands := now(ctx).ResourceVersion
		Expect(l.concludes(ctx, r, v1alpha1.ReasonInvalid)).To(HaveSuffix("ask again [R9]"))
		Expect(now(ctx).ResourceVersion).To(Equal(stands))
		Expect(platform.Get(ctx, client.ObjectKeyFromObject(carols), carols)).To(Succeed())
	},
		Entry("ChooseDefault", v1alpha1.RequestChooseDefault, ""),
		Entry("Leave", v1alpha1.RequestLeave, ""),
		Entry("Change", v1alpha1.RequestChange, rename),
		Entry("Delete", v1alpha1.RequestDelete, ""),
	)

	It("to delete a protected Organization, whose deletion came past admission, says that it lives on (O7)", func(ctx SpecContext) {
		r, l := asks(ctx, alice, v1alpha1.RequestDelete, org.Name, ""), newLeader()
		l.live.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, options ...client.GetOption) error {
			err := c.Get(ctx, key, obj, options...)
			if o, is := obj.(*v1alpha1.Organization); is {
				o.DeletionTimestamp, o.Spec.DeletionProtection = new(metav1.Now()), true
			}
			return err
		}
		Expect(l.concludes(ctx, r, v1alpha1.ReasonRefused)).To(Equal(org.Name + " is protected from deletion; set spec.deletionProtection to false first [O7]"))
	})

	Describe("of an author who loses the right to it", func() {
		It("does not choose a default for a former member (F2)", func(ctx SpecContext) {
			r := asks(ctx, john, v1alpha1.RequestChooseDefault, org.Name, "")
			Expect(lab.Insist(ctx, func() error { return platform.Delete(ctx, johns) })).To(Succeed())
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonRefused)).To(And(ContainSubstring("active member"), HaveSuffix("[F2]")))
			Expect(chosen(ctx)).To(BeEmpty())
		})

		It("nor for one whose User has gone too, for which it does not wait (F2)", func(ctx SpecContext) {
			r := asks(ctx, john, v1alpha1.RequestChooseDefault, org.Name, "")
			for _, obj := range []client.Object{johns, user} {
				Expect(lab.Insist(ctx, func() error { return platform.Delete(ctx, obj) })).To(Succeed())
			}
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonRefused)).To(HaveSuffix("[F2]"))
		})

		It("nor for a suspended one (F2)", func(ctx SpecContext) {
			r := asks(ctx, john, v1alpha1.RequestChooseDefault, org.Name, "")
			Expect(change(ctx, platform, johns, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })).To(Succeed())
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonRefused)).To(HaveSuffix("[F2]"))
			Expect(chosen(ctx)).To(BeEmpty())
		})

		It("does not make a new super admin leave (R3)", func(ctx SpecContext) {
			r := asks(ctx, carol, v1alpha1.RequestLeave, org.Name, "")
			transfers(ctx, carol)
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonRefused)).To(HaveSuffix("transfer the super-admin role first [R3]"))
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(carols), carols)).To(Succeed())
		})

		It("does not say that somebody left who was removed (R6)", func(ctx SpecContext) {
			r := asks(ctx, john, v1alpha1.RequestLeave, org.Name, "")
			Expect(lab.Insist(ctx, func() error { return platform.Delete(ctx, johns) })).To(Succeed())
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonLeft)).To(Equal("You are no member of " + org.Name + " any more"))
		})

		It("does not change an Organization for a former Administrator (R4)", func(ctx SpecContext) {
			r := asks(ctx, carol, v1alpha1.RequestChange, org.Name, rename)
			Expect(change(ctx, platform, carols, func(m *v1alpha1.Membership) { m.Spec.Role = v1alpha1.RoleStandard })).To(Succeed())
			stands := now(ctx).ResourceVersion
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonRefused)).To(HaveSuffix("[R4]"))
			Expect(now(ctx).ResourceVersion).To(Equal(stands))
		})

		It("changes nothing where a part of the change is a super admin's (A3)", func(ctx SpecContext) {
			r := asks(ctx, alice, v1alpha1.RequestChange, org.Name, `{"displayName": "Asked for", "accessURL": {"name": "`+lab.Unique("shop")+`"}}`)
			transfers(ctx, carol)
			stands := now(ctx).ResourceVersion
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonRefused)).To(HaveSuffix("ask the super admin [A3]"))
			Expect(now(ctx).ResourceVersion).To(Equal(stands))
		})

		It("does not delete an Organization for somebody who may not any more (O7)", func(ctx SpecContext) {
			r := asks(ctx, carol, v1alpha1.RequestDelete, org.Name, "")
			Expect(lab.Insist(ctx, func() error { return platform.Delete(ctx, carols) })).To(Succeed())
			Expect(newLeader().concludes(ctx, r, v1alpha1.ReasonRefused)).To(And(ContainSubstring("only Administrators and the super admin"), HaveSuffix("[O7]")))
			Expect(now(ctx).DeletionTimestamp).To(BeNil())
		})
	})

	DescribeTable("beside one of another author to delete the same Organization, is carried out with the right of one who may (O7)",
		func(ctx SpecContext, first func(alices, carols *v1alpha1.OrganizationRequest) []*v1alpha1.OrganizationRequest) {
			alices, her := asks(ctx, alice, v1alpha1.RequestDelete, org.Name, ""), asks(ctx, carol, v1alpha1.RequestDelete, org.Name, "")
			policy := &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName},
				Spec: v1alpha1.PlatformPolicySpec{OrganizationDeletion: v1alpha1.OrganizationDeletionSuperAdmin}}
			lab.Create(ctx, platform, policy)
			DeferCleanup(func(ctx SpecContext) {
				Expect(lab.Insist(ctx, func() error { return platform.Delete(ctx, policy) })).To(Succeed())
			})
			for _, r := range first(alices, her) {
				newLeader().concludes(ctx, r, v1alpha1.ReasonTerminating)
			}
			Expect(now(ctx).DeletionTimestamp).NotTo(BeNil())
		},
		Entry("the super admin's first", func(alices, carols *v1alpha1.OrganizationRequest) []*v1alpha1.OrganizationRequest {
			return []*v1alpha1.OrganizationRequest{alices, carols}
		}),
		Entry("the Administrator's first", func(alices, carols *v1alpha1.OrganizationRequest) []*v1alpha1.OrganizationRequest {
			return []*v1alpha1.OrganizationRequest{carols, alices}
		}),
	)

	It("beside another Administrator's change, takes nothing of it back", func(ctx SpecContext) {
		both := []*v1alpha1.OrganizationRequest{
			asks(ctx, alice, v1alpha1.RequestChange, org.Name, rename), asks(ctx, carol, v1alpha1.RequestChange, org.Name, `{"locale": "de-DE"}`),
		}
		lab.InParallel(len(both), func(i int) { newLeader().concludes(ctx, both[i], v1alpha1.ReasonChanged) })
		Expect(now(ctx).Spec).To(And(HaveField("DisplayName", "Asked for"), HaveField("Locale", "de-DE")))
	})

	Describe("that is found after its hour", func() {
		// late is a leader that first looks at a request an hour after it was made.
		late := func(r *v1alpha1.OrganizationRequest) *leader {
			l := newLeader()
			l.clock.SetTime(r.CreationTimestamp.Add(time.Hour))
			return l
		}
		entries := []any{
			Entry("ChooseDefault", func() string { return john }, act{v1alpha1.RequestChooseDefault, ""}, v1alpha1.ReasonChosen),
			Entry("Leave", func() string { return john }, act{v1alpha1.RequestLeave, ""}, v1alpha1.ReasonLeft),
			Entry("Change", func() string { return alice }, act{v1alpha1.RequestChange, rename}, v1alpha1.ReasonChanged),
			Entry("Delete", func() string { return alice }, act{v1alpha1.RequestDelete, ""}, v1alpha1.ReasonTerminating),
		}

		DescribeTable("is not carried out any more", append([]any{func(ctx SpecContext, who func() string, what act, _ string) {
			r := asks(ctx, who(), what.action, org.Name, what.patch)
			stands := now(ctx).ResourceVersion
			Expect(late(r).concludes(ctx, r, v1alpha1.ReasonExpired)).To(Equal("It could not be done within an hour; ask again [R9]"))
			Expect(now(ctx).ResourceVersion).To(Equal(stands))
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(johns), johns)).To(Succeed())
			Expect(chosen(ctx)).To(BeEmpty())
		}}, entries...)...)

		DescribeTable("is told as done where a leader did it in time", append([]any{func(ctx SpecContext, who func() string, what act, reason string) {
			r := asks(ctx, who(), what.action, org.Name, what.patch)
			diesSilently().dies(ctx, r)
			late(r).concludes(ctx, r, reason)
		}}, entries...)...)
	})

	Describe("that cannot be carried out for an hour", func() {
		// lapses expects that a leader gives a request up after an hour, and not before.
		lapses := func(ctx context.Context, l *leader, r *v1alpha1.OrganizationRequest) {
			GinkgoHelper()
			l.clock.SetTime(r.CreationTimestamp.Add(59 * time.Minute))
			_ = l.looks(ctx, r)
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(r), r)).To(Succeed())
			Expect(r.Status.CompletedAt).To(BeNil())
			Expect(lab.Condition(r, v1alpha1.ConditionReconciling)).To(HaveValue(HaveField("Status", metav1.ConditionTrue)))
			l.clock.SetTime(r.CreationTimestamp.Add(time.Hour))
			Expect(l.concludes(ctx, r, v1alpha1.ReasonExpired)).To(Equal("It could not be done within an hour; ask again [R9]"))
			Expect(lab.Condition(r, v1alpha1.ConditionStalled)).To(HaveValue(HaveField("Status", metav1.ConditionTrue)))
		}

		It("because the cluster does not answer, lapses, and can be asked for again", func(ctx SpecContext) {
			r, l := asks(ctx, alice, v1alpha1.RequestChange, org.Name, rename), newLeader()
			fails := diesIdle().faults.Patch
			l.faults.Patch = fails
			lapses(ctx, l, r)
			newLeader().concludes(ctx, asks(ctx, alice, v1alpha1.RequestChange, org.Name, rename), v1alpha1.ReasonChanged)
		})

		It("because its author has no User, lapses", func(ctx SpecContext) {
			lapses(ctx, newLeader(), asks(ctx, carol, v1alpha1.RequestChooseDefault, org.Name, ""))
		})

		It("and is removed an hour after that", func(ctx SpecContext) {
			r, l := asks(ctx, carol, v1alpha1.RequestChooseDefault, org.Name, ""), newLeader()
			lapses(ctx, l, r)
			l.clock.SetTime(r.Status.CompletedAt.Add(time.Hour))
			Eventually(func() error { return errors.Join(l.looks(ctx, r), platform.Get(ctx, client.ObjectKeyFromObject(r), r)) }).
				WithContext(ctx).Should(Satisfy(apierrors.IsNotFound))
		})
	})

	Describe("for a leader whose cache is late", func() {
		// late is a leader whose cache shows no object but requests, and some of those as they were.
		late := func(shown ...*v1alpha1.OrganizationRequest) *leader {
			l := newLeader()
			l.faults.List = func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error { return nil }
			l.faults.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
				into, is := obj.(*v1alpha1.OrganizationRequest)
				if !is {
					return apierrors.NewNotFound(v1alpha1.GroupVersion.WithResource("objects").GroupResource(), key.Name)
				}
				for _, r := range shown {
					if r.Name == key.Name {
						r.DeepCopyInto(into)
						return nil
					}
				}
				return c.Get(ctx, key, obj)
			}
			return l
		}

		It("finds what its author has", func(ctx SpecContext) {
			choosing, leaving := asks(ctx, john, v1alpha1.RequestChooseDefault, org.Name, ""), asks(ctx, carol, v1alpha1.RequestLeave, org.Name, "")
			late().concludes(ctx, choosing, v1alpha1.ReasonChosen)
			late().concludes(ctx, leaving, v1alpha1.ReasonLeft)
			Expect(chosen(ctx)).To(Equal(org.Name))
			Expect(platform.Get(ctx, client.ObjectKeyFromObject(carols), carols)).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
		})

		It("does nothing twice that is done", func(ctx SpecContext) {
			changing, choosing := asks(ctx, alice, v1alpha1.RequestChange, org.Name, rename), asks(ctx, john, v1alpha1.RequestChooseDefault, org.Name, "")
			open := late(changing.DeepCopy(), choosing.DeepCopy())
			newLeader().concludes(ctx, changing, v1alpha1.ReasonChanged)
			newLeader().concludes(ctx, choosing, v1alpha1.ReasonChosen)
			newLeader().concludes(ctx, asks(ctx, carol, v1alpha1.RequestChange, org.Name, `{"displayName": "Later"}`), v1alpha1.ReasonChanged)
			Expect(change(ctx, platform, user, func(u *v1alpha1.User) { u.Spec.DefaultOrganization = "" })).To(Succeed())
			for _, r := range []*v1alpha1.OrganizationRequest{changing, choosing} {
				Expect(open.looks(ctx, r)).To(Succeed(), "it loses the race to write the status")
				ready := lab.Condition(r, v1alpha1.ConditionReady)
				Expect(platform.Get(ctx, client.ObjectKeyFromObject(r), r)).To(Succeed())
				Expect(lab.Condition(r, v1alpha1.ConditionReady)).To(Equal(ready))
			}
			Expect(now(ctx).Spec.DisplayName).To(Equal("Later"))
			Expect(chosen(ctx)).To(BeEmpty())
		})
	})
})
