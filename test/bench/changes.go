// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// grace is how long a replica may take to end.
const grace = 30 * time.Second

// restarted is the change after which the leader's memory is measured.
const restarted = "restart"

// crowded is the organization that many people join.
const crowded = "crowded"

// settleAll starts the operator on a cluster that it has never seen, and then makes several changes.
func (c *cluster) settleAll(ctx context.Context, l large, scale *Scale) error {
	kube, err := kubernetes.NewForConfig(c.control.Config())
	if err != nil {
		return err
	}
	s := settler{c, kube}
	for _, event := range s.events(l, scale) {
		settled, err := s.settle(ctx, event.what, event.deed)
		if err != nil {
			return err
		}
		if event.objects != nil {
			if settled.Objects, err = event.objects(ctx); err != nil {
				return err
			}
		}
		scale.Settlings = append(scale.Settlings, settled)
		if event.what == restarted {
			if err := s.weighLeader(l, scale); err != nil {
				return err
			}
		}
		peak, err := memoryOf(c.replicas[0].process.Pid(), "VmHWM")
		if err != nil {
			return err
		}
		scale.LeaderRSS = max(scale.LeaderRSS, peak)
	}
	return nil
}

type event struct {
	what    string
	deed    deed
	objects func(context.Context) (int, error)
}

func (s settler) events(l large, scale *Scale) []event {
	ready := func(ctx context.Context) (int, error) { return s.allReady(ctx, l) }
	return []event{
		{"first start", s.begin, ready},
		{fmt.Sprintf("nothing, for %s", l.steady), l.nothing, nil},
		{restarted, s.restart, nil},
		{"a standby starts", s.addStandby, nil},
		{"it takes over, and one person joins", func(ctx context.Context) (int, error) { return s.takeOver(ctx, &scale.Takeover) }, nil},
		{"one membership more, and again one", func(ctx context.Context) (int, error) { return s.joinOneByOne(ctx, &scale.Access) }, nil},
		{"a limit changed that every User shows", s.raiseLimit, nil},
		{"a number changed that nothing shows", s.changeDeadline, nil},
		{fmt.Sprintf("%d people join one organization", l.newcomers), func(ctx context.Context) (int, error) { return s.crowd(ctx, l.newcomers) }, nil},
		{"that organization suspended", s.suspend, nil},
		{"and resumed", s.resume, nil},
		{"restart of all", s.restart, nil},
	}
}

// begin starts one replica, which leads, and installs the webhooks that lead to it.
func (s settler) begin(ctx context.Context) (own int, err error) {
	const service, webhook = 1, 1
	if err := s.serve(ctx, "operator", 1); err != nil {
		return 0, err
	}
	return service + webhook, errors.Join(s.installWebhook(ctx), s.replicas[0].awaitLead(ctx))
}

// nothing waits without a change.
func (l large) nothing(ctx context.Context) (int, error) { return 0, pass(ctx, l.steady) }

// restart replaces the replica, and returns when the new one leads.
func (s settler) restart(ctx context.Context) (int, error) {
	if err := s.end(); err != nil {
		return 0, err
	}
	return 0, s.lead(ctx)
}

// end ends the only replica.
func (s settler) end() error {
	old := s.replicas[0]
	s.replicas = nil
	return old.process.Stop(grace)
}

// lead starts a replica, and returns when it leads.
func (s settler) lead(ctx context.Context) error {
	if err := s.serve(ctx, "operator", 1); err != nil {
		return err
	}
	return s.replicas[0].awaitLead(ctx)
}

// weighLeader measures the leader's memory.
func (s settler) weighLeader(l large, scale *Scale) error {
	rss, err := memoryOf(s.replicas[0].process.Pid(), "VmRSS")
	scale.LeaderRSSBytesPerMembership = float64(rss-scale.empty) / float64(l.memberships)
	return err
}

// addStandby starts a standby beside the leader.
func (s settler) addStandby(ctx context.Context) (int, error) {
	kubeconfig, err := s.operatorKubeconfig(ctx)
	if err != nil {
		return 0, err
	}
	standby, err := s.startReplica("operator", len(s.replicas), kubeconfig)
	if err != nil {
		return 0, err
	}
	s.replicas = append(s.replicas, standby)
	return 0, standby.waitReady(ctx)
}

// takeOver ends the leader, which releases its lease, and returns when the standby has given a new member access.
func (s settler) takeOver(ctx context.Context, took *float64) (int, error) {
	ends, standby := s.replicas[0], s.replicas[1]
	s.relay.backends.Store(&[]string{standby.webhook})
	started := time.Now()
	if err := ends.process.Stop(grace); err != nil {
		return 0, err
	}
	s.replicas = []*replica{standby}
	const members = 1
	err := s.join(ctx, s.orgs[1], person("joins", joins))
	*took = time.Since(started).Seconds()
	return members, err
}

// accessTimes is how long new members wait for access, in milliseconds.
type accessTimes struct {
	P50 float64 `json:"p50ms"`
	Max float64 `json:"maxms"`
}

// joins is how many memberships are added one after another.
const joins = 20

// joinOneByOne adds members to organizations, each as soon as the one before has access.
func (s settler) joinOneByOne(ctx context.Context, times *accessTimes) (int, error) {
	var took []time.Duration
	for i := range joins {
		started := time.Now()
		if err := s.join(ctx, s.orgs[i*7%len(s.orgs)], person("joins", i)); err != nil {
			return 0, err
		}
		took = append(took, time.Since(started))
	}
	times.P50, times.Max = milliseconds(percentile(took, 50)), milliseconds(slices.Max(took))
	return joins, nil
}

// join adds one member and returns when they have access.
func (s settler) join(ctx context.Context, organization, user string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	bindings, err := s.admin.Watch(ctx, &rbacv1.RoleBindingList{}, client.InNamespace(v1alpha1.NamespacePrefix+organization))
	if err != nil {
		return err
	}
	defer bindings.Stop()
	if err := s.admin.Create(ctx, membership(organization, "joins", user)); err != nil {
		return err
	}
	for e := range bindings.ResultChan() {
		if b, ok := e.Object.(*rbacv1.RoleBinding); ok && names(b, user) {
			return nil
		}
	}
	return fmt.Errorf("%s has no access: %w", user, ctx.Err())
}

func names(b *rbacv1.RoleBinding, user string) bool {
	return slices.ContainsFunc(b.Subjects, func(s rbacv1.Subject) bool { return s.Name == user })
}

// raiseLimit changes a limit that the status of every User shows, and gives trials seats for everybody.
func (s settler) raiseLimit(ctx context.Context) (int, error) {
	return 1, s.admin.Create(ctx, &v1alpha1.PlatformPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName},
		Spec: v1alpha1.PlatformPolicySpec{
			Limits: &v1alpha1.LimitsPolicy{OrganizationsPerUser: ptr.To[int32](organizationsEach + 1)},
			Trial:  &v1alpha1.TrialPolicy{Licenses: ptr.To[int32](1000000)},
		},
	})
}

func (s settler) changeDeadline(ctx context.Context) (int, error) {
	policy := &v1alpha1.PlatformPolicy{}
	if err := s.admin.Get(ctx, client.ObjectKey{Name: v1alpha1.PlatformPolicyName}, policy); err != nil {
		return 0, err
	}
	policy.Spec.Invitations = &v1alpha1.InvitationPolicy{ValidDays: ptr.To[int32](14)}
	return 1, s.admin.Update(ctx, policy)
}

// crowd makes an organization, and lets people join it, several at once.
func (s settler) crowd(ctx context.Context, people int) (int, error) {
	org := &v1alpha1.Organization{
		ObjectMeta: metav1.ObjectMeta{Name: crowded},
		Spec:       v1alpha1.OrganizationSpec{DisplayName: "Zylker", SuperAdmin: person("newcomer", 0), Subscription: subscription()},
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: v1alpha1.NamespacePrefix + crowded, Labels: map[string]string{v1alpha1.OrganizationLabel: crowded},
	}}
	if err := errors.Join(s.admin.Create(ctx, namespace), s.admin.Create(ctx, org)); err != nil {
		return 0, err
	}
	return 2 + people, inParallel(people, func(i int) error {
		m := membership(crowded, fmt.Sprintf("m-%d", i), person("newcomer", i))
		if i == 0 {
			m.Spec.Role = v1alpha1.RoleAdministrator
		}
		return client.IgnoreAlreadyExists(s.admin.Create(ctx, m)) // the operator may have made the super admin's
	})
}

// suspend ends the trial of an organization without a subscription (E3).
func (s settler) suspend(ctx context.Context) (int, error) {
	return s.subscribe(ctx, nil, ptr.To(metav1.NewTime(time.Now().Add(-time.Hour))))
}

func (s settler) resume(ctx context.Context) (int, error) {
	return s.subscribe(ctx, subscription(), nil)
}

func (s settler) subscribe(ctx context.Context, to *v1alpha1.Subscription, trialEnd *metav1.Time) (int, error) {
	org := &v1alpha1.Organization{}
	if err := s.admin.Get(ctx, client.ObjectKey{Name: crowded}, org); err != nil {
		return 0, err
	}
	before := org.DeepCopy()
	org.Spec.Subscription, org.Spec.TrialEndsAt = to, trialEnd
	return 1, s.admin.Patch(ctx, org, client.MergeFrom(before))
}

// allReady counts the objects that the operator has made Ready, and returns an error if some are not.
func (s settler) allReady(ctx context.Context, l large) (int, error) {
	var organizations v1alpha1.OrganizationList
	var memberships v1alpha1.MembershipList
	var users v1alpha1.UserList
	if err := errors.Join(s.admin.List(ctx, &organizations), s.admin.List(ctx, &memberships), s.admin.List(ctx, &users)); err != nil {
		return 0, err
	}
	want, all := l.organizations+l.memberships+l.people(), len(organizations.Items)+len(memberships.Items)+len(users.Items)
	ready := []int{
		len(filter(organizations.Items, func(o v1alpha1.Organization) bool { return isReady(o.Status.Conditions) })),
		len(filter(memberships.Items, func(m v1alpha1.Membership) bool { return isReady(m.Status.Conditions) })),
		len(filter(users.Items, func(u v1alpha1.User) bool { return isReady(u.Status.Conditions) })),
	}
	sum := ready[0] + ready[1] + ready[2]
	if sum != all || sum < want {
		return sum, fmt.Errorf("%v organizations, memberships and users are Ready, of %d objects, which should be %d at least", ready, all, want)
	}
	return sum, nil
}

func isReady(conditions []metav1.Condition) bool {
	return meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionReady)
}
