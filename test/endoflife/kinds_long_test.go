// SPDX-License-Identifier: Apache-2.0

//go:build long

package endoflife

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// ours are the kinds that can be deleted with all of their objects: all that are shipped.
var ours = shippedKinds()

// shippedKinds reads the names of the manifests, so that a new kind is not forgotten here.
func shippedKinds() (kinds []string) {
	manifests, err := filepath.Glob("../../config/crd/bases/" + v1alpha1.GroupName + "_*.yaml")
	if err != nil || len(manifests) == 0 {
		panic("no kind is shipped") // before any spec
	}
	for _, m := range manifests {
		kinds = append(kinds, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(m), v1alpha1.GroupName+"_"), ".yaml"))
	}
	return kinds
}

// definitions are the names of their CustomResourceDefinitions, for kubectl.
func definitions(kinds ...string) []string {
	names := slices.Clone(kinds)
	for i := range names {
		names[i] = "crd/" + names[i] + "." + v1alpha1.GroupName
	}
	return names
}

// These specs have a cluster of their own, in which one kind after another is deleted.
var _ = Describe("Kinds that are deleted with all of their objects (O7)", Ordered, ContinueOnFailure, func() {
	BeforeAll(func(ctx context.Context) {
		usual := l
		DeferCleanup(func() { l = usual })
		l = lab.Start(ctx, lab.Options{})
		lab.Bind(ctx, l.Platform, "polyorg-self-service", lab.Group(lab.People))
	}, NodeTimeout(5*time.Minute))

	AfterEach(func(ctx context.Context) {
		Eventually(func() string { return kubectl(ctx, "get", "crd", "-o=jsonpath={.items[*].metadata.deletionTimestamp}") }).WithContext(ctx).Should(BeEmpty())
		restoreKinds(ctx)
	}, NodeTimeout(2*time.Minute))

	for _, kind := range ours {
		It("leave no organization stuck if the first is "+kind, func(ctx context.Context) {
			org, _ := furnished(ctx, lab.Person("john"))
			deleteKinds(ctx, kind)
			if kind != "organizations" {
				Eventually(func() string { return kubectl(ctx, "get", "crd", "-o=name") }).WithContext(ctx).ShouldNot(ContainSubstring("/" + kind))
			}
			deleteKinds(ctx, ours...)
			kindsGo(ctx)
			l.EventuallyGone(ctx, lab.NewNamespace(org))
		}, NodeTimeout(5*time.Minute))
	}

	It("nor if all of them are deleted at once", func(ctx context.Context) {
		org, _ := furnished(ctx, lab.Person("john"))
		deleteKinds(ctx, ours...)
		kindsGo(ctx)
		l.EventuallyGone(ctx, lab.NewNamespace(org))
	}, NodeTimeout(5*time.Minute))

	It("nor while no operator runs: the next one ends it when the kinds are applied again", func(ctx context.Context) {
		org, _ := furnished(ctx, lab.Person("john"))
		for replica := range l.Operator.Replicas() {
			Expect(l.Operator.Kill(replica)).To(Succeed())
		}
		deleteKinds(ctx, ours...)
		Eventually(func() string { return kubectl(ctx, "get", "crd", "-o=name") }).WithContext(ctx).
			ShouldNot(Or(ContainSubstring("/memberships"), ContainSubstring("/users")))
		restoreKinds(ctx)
		for replica := range l.Operator.Replicas() {
			Expect(l.Operator.Restart(ctx, replica)).To(Succeed())
		}
		Eventually(l.Gone(ctx, org)).WithContext(ctx).WithTimeout(3*lab.Soon).Should(Succeed(), "once a replica has the killed leader's lease")
		l.EventuallyGone(ctx, lab.NewNamespace(org))
	}, NodeTimeout(5*time.Minute))

	It("except a protected one, which waits with its kind", func(ctx context.Context) {
		john := lab.Person("john")
		org := l.Organization(ctx, john, 10, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true })
		deleteKinds(ctx, "organizations")
		l.EventuallySays(ctx, org, v1alpha1.ConditionStalled, v1alpha1.ReasonDeletionProtected, "set spec.deletionProtection to false")
		Expect(l.Platform.Delete(ctx, lab.NewNamespace(org))).To(MatchError(ContainSubstring("[O7]")))
		Expect(lab.Change(ctx, l.As(john), org, func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = false })).To(Succeed())
		l.EventuallyGone(ctx, org)
	}, NodeTimeout(5*time.Minute))
})

func kubectl(ctx context.Context, args ...string) string {
	GinkgoHelper()
	said, err := l.Kubectl(ctx, args...)
	Expect(err).NotTo(HaveOccurred(), said)
	return said
}

// alive names the kinds that exist and are not being deleted.
const alive = `-o=go-template={{range .items}}{{if not .metadata.deletionTimestamp}}crd/{{.metadata.name}} {{end}}{{end}}`

// deleteKinds deletes existing kinds, with the annotation that allows it. One that is being deleted may be gone in a moment.
func deleteKinds(ctx context.Context, kinds ...string) {
	GinkgoHelper()
	there := strings.Fields(kubectl(ctx, "get", "crd", alive))
	for _, name := range definitions(kinds...) {
		if slices.Contains(there, name) {
			kubectl(ctx, "annotate", name, v1alpha1.AllowDeletionAnnotation+"=true", "--overwrite")
			kubectl(ctx, "delete", name, "--wait=false")
		}
	}
}

// kindsGo returns when none of them exists any more.
func kindsGo(ctx context.Context) {
	GinkgoHelper()
	Eventually(func() string { return kubectl(ctx, "get", "crd", "-o=name") }).WithContext(ctx).WithTimeout(2 * lab.Soon).
		ShouldNot(ContainSubstring(v1alpha1.GroupName))
}

// restoreKinds applies all kinds again, as an installation of the operator does.
func restoreKinds(ctx context.Context) {
	GinkgoHelper()
	kubectl(ctx, "apply", "--server-side", "-k", filepath.Join(l.Root, "config", "crd"))
	kubectl(ctx, append([]string{"wait", "--for=condition=Established", "--timeout=60s"}, definitions(ours...)...)...)
}
