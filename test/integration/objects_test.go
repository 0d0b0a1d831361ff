// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

var names atomic.Int64

// unique makes a name that no other test uses.
func unique(prefix string) string { return fmt.Sprintf("%s-%d", prefix, names.Add(1)) }

func person(prefix string) string { return unique(prefix) + "@zylker.com" }

// as is a client for somebody who signed in with an e-mail address.
func as(email string) client.Client {
	GinkgoHelper()
	c, err := client.New(control.ConfigFor(email, people, "system:authenticated"), client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// organization makes an organization by the platform, with its namespace; licences 0 is the trial.
func organization(ctx context.Context, superAdmin string, licenses int32, change ...func(*v1alpha1.Organization)) *v1alpha1.Organization {
	GinkgoHelper()
	org := newOrganization(superAdmin)
	if licenses > 0 {
		org.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: licenses}
	}
	for _, c := range change {
		c(org)
	}
	Expect(insist(ctx, func() error { return platform.Create(ctx, org) })).To(Succeed())
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.NamespacePrefix + org.Name, Labels: map[string]string{v1alpha1.OrganizationLabel: org.Name}}}
	Expect(platform.Create(ctx, namespace)).To(Succeed())
	return org
}

func newOrganization(superAdmin string) *v1alpha1.Organization {
	return &v1alpha1.Organization{
		ObjectMeta: metav1.ObjectMeta{Name: unique("zylker")},
		Spec:       v1alpha1.OrganizationSpec{DisplayName: "Zylker", SuperAdmin: superAdmin},
	}
}

func meta(org *v1alpha1.Organization) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + org.Name, Name: unique("x")}
}

func membership(org *v1alpha1.Organization, user string, role v1alpha1.Role) *v1alpha1.Membership {
	return &v1alpha1.Membership{ObjectMeta: meta(org), Spec: v1alpha1.MembershipSpec{User: user, Role: role}}
}

func invitation(org *v1alpha1.Organization, email string) *v1alpha1.Invitation {
	return &v1alpha1.Invitation{ObjectMeta: meta(org), Spec: v1alpha1.InvitationSpec{Email: email, Role: v1alpha1.RoleStandard}}
}

func response(inv *v1alpha1.Invitation, decision v1alpha1.Decision) *v1alpha1.InvitationResponse {
	return &v1alpha1.InvitationResponse{
		ObjectMeta: metav1.ObjectMeta{Name: unique("answer")},
		Spec: v1alpha1.InvitationResponseSpec{Decision: decision,
			Invitation: &v1alpha1.InvitationReference{Namespace: inv.Namespace, Name: inv.Name}},
	}
}

func binding(org *v1alpha1.Organization, application, account string) *v1alpha1.IntegrationBinding {
	return &v1alpha1.IntegrationBinding{ObjectMeta: meta(org), Spec: v1alpha1.IntegrationBindingSpec{
		Application: application, Account: account, InitiatedFrom: v1alpha1.InitiatedFromCRM}}
}

// mayRetry reports whether an answer only asks to try again.
func mayRetry(err error) bool {
	return apierrors.IsTooManyRequests(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err)
}

// insist tries again for as long as it is asked to.
func insist(ctx context.Context, try func() error) error {
	var err error
	for range 100 {
		if err = try(); err == nil || !mayRetry(err) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// outcome counts what became of requests made at once.
type outcome struct {
	succeeded int
	refused   []error
}

// atOnce makes n requests at the same time, each until its answer is final.
func atOnce(ctx context.Context, n int, request func(i int) error) outcome {
	var mu sync.Mutex
	var o outcome
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			err := insist(ctx, func() error { return request(i) })
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				o.succeeded++
			} else {
				o.refused = append(o.refused, err)
			}
		})
	}
	close(start)
	all.Wait()
	return o
}

// mustBe expects so many to succeed, and all others to be refused in words that contain text.
func (o outcome) mustBe(succeeded int, text string) {
	GinkgoHelper()
	for _, err := range o.refused {
		Expect(err).To(MatchError(ContainSubstring(text)))
	}
	Expect(o.succeeded).To(Equal(succeeded))
}

func certificate(front *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
}

// refusesNonsense reports whether a rule is already enforced.
func refusesNonsense(ctx context.Context) bool {
	org := newOrganization("someone@zylker.com")
	org.Spec.TimeZone = "Mars/Olympus"
	err := platform.Create(ctx, org, client.DryRunAll)
	return err != nil && strings.Contains(err.Error(), "IANA")
}
