// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// kubectl runs the real kubectl as somebody with a certificate and a kubeconfig of their own.
type kubectl struct{ kubeconfig, cache string }

func kubectlOf(user string) kubectl {
	GinkgoHelper()
	config, err := l.Control.ConfigWithCertificate(user)
	Expect(err).NotTo(HaveOccurred())
	dir := GinkgoT().TempDir()
	k := kubectl{kubeconfig: filepath.Join(dir, "kubeconfig"), cache: filepath.Join(dir, "cache")}
	Expect(controlplane.WriteKubeconfig(k.kubeconfig, config)).To(Succeed())
	return k
}

func (k kubectl) start(args ...string) *gexec.Session {
	GinkgoHelper()
	command := exec.Command(l.Control.Kubectl(), args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+k.kubeconfig, "KUBECACHEDIR="+k.cache, "KUBE_EDITOR=sed -i s/Zylker/Edited/")
	session, err := gexec.Start(command, GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { session.Kill().Wait() })
	return session
}

// succeeds and fails return the output of kubectl.
func (k kubectl) succeeds(args ...string) string {
	GinkgoHelper()
	session := k.start(args...)
	Eventually(session).Should(gexec.Exit(0), "%v", args)
	return string(session.Out.Contents())
}

func (k kubectl) fails(args ...string) string {
	GinkgoHelper()
	session := k.start(args...)
	Eventually(session).Should(gexec.Exit(1), "%v", args)
	return string(session.Out.Contents()) + string(session.Err.Contents())
}

var _ = Describe("kubectl", Ordered, func() {
	var (
		org                  *v1alpha1.Organization
		in                   string // the organization's namespace
		john, clerk, passer  kubectl
		superAdmin, standard string
	)
	BeforeAll(func(ctx context.Context) {
		superAdmin, standard = lab.Person("john"), lab.Person("clerk")
		org = l.Organization(ctx, superAdmin, 10)
		in = "--namespace=" + lab.NamespaceOf(org)
		s := &scene{org: org, member: l.Member(ctx, org, standard, v1alpha1.RoleStandard)}
		john, clerk, passer = kubectlOf(superAdmin), kubectlOf(standard), kubectlOf(lab.Person("passer"))
		Eventually(func() error { return readsTheOrganization(ctx, l.As(superAdmin), s) }).WithContext(ctx).Should(Succeed())
		Eventually(func() error { return listsTheMembers(ctx, l.As(standard), s) }).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(3*time.Minute))

	It("shows the own organization by its name, and no list of them", func() {
		Expect(john.succeeds("get", "org", org.Name)).To(ContainSubstring("Zylker"))
		Expect(john.fails("get", "org")).To(ContainSubstring(`cannot list resource "organizations"`))
		Expect(clerk.fails("get", "org", org.Name)).To(ContainSubstring(`cannot get resource "organizations"`))
	})

	It("watches the own organization", func() {
		watching := john.start("get", "org", org.Name, "--watch", "--output=jsonpath={.spec.displayName}{\"\\n\"}")
		Eventually(watching.Out).Should(gbytes.Say("Zylker"))
		john.succeeds("patch", "org", org.Name, "--type=merge", `--patch={"spec":{"displayName":"Zylker & Sons"}}`)
		Eventually(watching.Out).Should(gbytes.Say("Zylker & Sons"))
	})

	It("edits the own organization", func() {
		john.succeeds("edit", "org", org.Name)
		Expect(john.succeeds("get", "org", org.Name, "--output=jsonpath={.spec.displayName}")).To(HavePrefix("Edited"))
		Expect(clerk.fails("edit", "org", org.Name)).To(ContainSubstring(`cannot get resource "organizations"`))
	})

	It("lists members in the own namespace", func() {
		for _, k := range []kubectl{john, clerk} {
			Expect(k.succeeds("get", "mbr", in)).To(And(ContainSubstring(superAdmin), ContainSubstring(standard)))
		}
		Expect(passer.fails("get", "mbr", in)).To(ContainSubstring(`cannot list resource "memberships"`))
		Expect(clerk.fails("get", "mbr", "--all-namespaces")).To(ContainSubstring(`cannot list resource "memberships"`))
		Expect(clerk.fails("delete", "mbr", identity.ObjectName(superAdmin), in)).To(ContainSubstring("[R4]"))
	})

	It("lets nobody impersonate somebody else", func() {
		path := "--raw=/apis/polyorg.io/v1alpha1/organizations/" + org.Name
		Expect(clerk.fails("get", path, "--as="+superAdmin)).To(ContainSubstring(`cannot impersonate`))
		Expect(john.fails("get", path, "--as="+superAdmin, "--as-group=system:masters")).To(ContainSubstring("cannot impersonate"))
		Expect(john.succeeds("get", path)).To(ContainSubstring(org.Name))
	})

	It("lists a person's rights", func() {
		Expect(john.succeeds("auth", "can-i", "--list", in)).To(And(
			MatchRegexp(`invitations\.polyorg\.io .*\[get list watch create update patch delete\]`),
			MatchRegexp(`organizations\.polyorg\.io +\[\] +\[%s\] +\[get list watch update patch delete\]`, org.Name)))
		Expect(clerk.succeeds("auth", "can-i", "--list", in)).To(And(
			MatchRegexp(`memberships\.polyorg\.io .*\[get list watch delete\]`),
			Not(ContainSubstring("invitations.polyorg.io")), Not(ContainSubstring("organizations.polyorg.io")), Not(ContainSubstring("secrets"))))
		Expect(passer.succeeds("auth", "can-i", "--list", in)).NotTo(ContainSubstring("polyorg.io"))
		Expect(john.fails("auth", "can-i", "create", "rolebindings", in)).To(HavePrefix("no"))
		Expect(john.fails("auth", "can-i", "administer", "organizations.polyorg.io")).To(ContainSubstring("no"))
	})
})
