// SPDX-License-Identifier: Apache-2.0

package access

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/creack/pty"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/test/lab"
)

// plugin is `kubectl polyorg` as somebody with a certificate and self-service, and a PATH in which kubectl finds it.
type plugin struct {
	kubectl
	path string
}

// plugins is a folder with the built plug-in and its completion.
func plugins(ctx context.Context) string {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	Expect(os.Symlink(lab.Plugin(ctx), filepath.Join(dir, "kubectl-polyorg"))).To(Succeed())
	Expect(os.Symlink(filepath.Join(l.Root, "config", "krew", "kubectl_complete-polyorg"), filepath.Join(dir, "kubectl_complete-polyorg"))).To(Succeed())
	return dir + string(os.PathListSeparator) + filepath.Dir(l.Control.Kubectl()) + string(os.PathListSeparator) + os.Getenv("PATH")
}

func (p plugin) command(args ...string) *exec.Cmd {
	c := exec.Command(l.Control.Kubectl(), args...)
	c.Env = append(os.Environ(), "KUBECONFIG="+p.kubeconfig, "KUBECACHEDIR="+p.cache, "PATH="+p.path)
	return c
}

// says runs `kubectl polyorg`, and returns both of its outputs. It must end with a code.
func (p plugin) says(code plain.Code, args ...string) string {
	GinkgoHelper()
	session, err := gexec.Start(p.command(append([]string{"polyorg"}, args...)...), GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { session.Kill().Wait() })
	Eventually(session).Should(gexec.Exit(int(code)), "%v", args)
	return string(session.Out.Contents()) + string(session.Err.Contents())
}

var _ = Describe("kubectl polyorg", Ordered, ContinueOnFailure, func() {
	var (
		path                    string
		org, other              *v1alpha1.Organization
		in                      string // the flag that names the organization
		john, mary, newcomer    plugin
		johns, marys, newcomers string // their addresses
	)
	as := func(user string, groups ...string) plugin {
		return plugin{kubectl: kubectlOf(user, groups...), path: path}
	}
	BeforeAll(func(ctx context.Context) {
		path = plugins(ctx)
		johns, marys, newcomers = lab.Person("john"), lab.Person("mary"), lab.Person("newcomer")
		org, other = l.Organization(ctx, johns, 10), l.Organization(ctx, marys, 50)
		l.Member(ctx, other, johns, v1alpha1.RoleStandard)
		in = "--organization=" + other.Name
		john, mary, newcomer = as(johns, customers), as(marys, customers), as(newcomers, customers)
	}, NodeTimeout(3*time.Minute))

	It("lists a person's organizations, as a table and for programs", func() {
		Eventually(func() string { return john.says(plain.Done, "list") }).Should(And(
			MatchRegexp(`\* +%s +Zylker +SuperAdmin +Enterprise +yes +https://`, org.Name),
			MatchRegexp(`(?m)^ +%s +Zylker +Standard +Enterprise +yes`, other.Name)))
		Expect(strings.Fields(john.says(plain.Done, "list", "-o", "name"))).To(ConsistOf(
			"organization.polyorg.io/"+org.Name, "organization.polyorg.io/"+other.Name))
		var review v1alpha1.SelfReview
		Expect(json.Unmarshal([]byte(john.says(plain.Done, "list", "-o", "json")), &review)).To(Succeed())
		Expect(review.Status.User).To(Equal(johns))
		Expect(john.says(plain.Done, "list", "-o", "jsonpath={.status.defaultOrganization}")).To(Equal(org.Name))
		Expect(newcomer.says(plain.Done, "list")).To(ContainSubstring("belongs to no organization"))
	})

	It("asks about others for the platform alone", func() {
		Expect(john.says(plain.Refused, "list", "--of", marys)).To(Equal("error: you may ask about yourself alone; leave --of out [U3]\n"))
		operations := as("operations", "system:masters")
		Expect(operations.says(plain.Done, "list", "--of", marys)).To(ContainSubstring(other.Name))
		Expect(operations.says(plain.Done, "list", "--as", marys, "--as-group", customers)).To(ContainSubstring(other.Name))
		Expect(john.says(plain.NotAllowed, "list", "--as", marys)).To(ContainSubstring("may not act as somebody else"))
	})

	It("shows an organization to the platform, which belongs to none, and works in it", func() {
		operations := as("operations", "system:masters")
		Expect(operations.says(plain.Misused, "show")).To(ContainSubstring("say which organization"))
		Expect(operations.says(plain.Done, "show", other.Name)).To(MatchRegexp(`Super admin: +%s`, marys))
		Expect(operations.says(plain.Done, "use", other.Name)).To(ContainSubstring("namespace " + lab.NamespaceOf(other)))
		Expect(operations.says(plain.Done, "show", "-o", "name")).To(Equal("organization.polyorg.io/" + other.Name + "\n"))
		Expect(operations.says(plain.Refused, "limits")).To(And(ContainSubstring("--of EMAIL"), HaveSuffix("[U2]\n")))
		Expect(operations.says(plain.NotFound, "use", "nowhere")).To(HavePrefix("error: "))
	})

	It("says who gives the right to begin with", func() {
		Expect(as(lab.Person("passer")).says(plain.NotAllowed, "list")).To(And(
			ContainSubstring("no right to create selfreviews"), ContainSubstring("polyorg-self-service"), Not(ContainSubstring("forbidden"))))
	})

	It("works in an organization", func() {
		mary.says(plain.Done, "use", other.Name)
		config, err := clientcmd.LoadFromFile(mary.kubeconfig)
		Expect(err).NotTo(HaveOccurred())
		Expect(config.Contexts[config.CurrentContext].Namespace).To(Equal(lab.NamespaceOf(other)))
		Expect(mary.says(plain.Done, "show")).To(ContainSubstring(other.Name))
		Expect(mary.says(plain.NotFound, "use", org.Name)).To(ContainSubstring("you belong to no organization"))
	})

	It("shows all of an organization to its administrators, and to members what every member may know", func() {
		Expect(mary.says(plain.Done, "show", other.Name)).To(MatchRegexp(`Super admin: +%s`, marys))
		Expect(john.says(plain.Done, "show", other.Name)).To(And(MatchRegexp(`Your role: +Standard`), Not(ContainSubstring(marys))))
		unknown := newcomer.says(plain.NotFound, "show", other.Name)
		Expect(strings.ReplaceAll(unknown, other.Name, "nowhere")).To(Equal(newcomer.says(plain.NotFound, "show", "nowhere")), "U3")
	})

	It("invites, shows what is offered, and accepts", func() {
		Expect(mary.says(plain.Done, "invite", newcomers, "--role=Administrator", in)).To(ContainSubstring("Invited " + newcomers))
		Eventually(func() string { return newcomer.says(plain.Done, "list") }).Should(
			MatchRegexp(`%s +Zylker +Administrator +Internal +%s +in 6d`, other.Name, marys))
		Expect(newcomer.says(plain.Done, "accept", other.Name, "--dry-run")).To(ContainSubstring("nothing was done"))
		Expect(newcomer.says(plain.Done, "accept", other.Name)).To(ContainSubstring("You are Administrator (Internal) of " + other.Name))
		Expect(newcomer.says(plain.Done, "list")).To(MatchRegexp(`\* +%s +Zylker +Administrator`, other.Name))
		Expect(newcomer.says(plain.Done, "default", other.Name, "-o", "jsonpath={.status.observedGeneration}")).NotTo(Equal("-1"))
		Expect(newcomer.says(plain.NotFound, "accept", other.Name)).To(ContainSubstring("has not invited you"))
	})

	It("revokes, sends again and declines", func() {
		guest := lab.Person("guest")
		mary.says(plain.Done, "invite", guest, in)
		Expect(mary.says(plain.Done, "resend", guest, in)).To(ContainSubstring("Its status says what came of it"))
		Expect(mary.says(plain.Done, "revoke", guest, in)).To(ContainSubstring("is revoked"))
		Eventually(func() string { return mary.says(plain.NotFound, "revoke", guest, in) }).Should(ContainSubstring("the last one is Revoked"))
		second := lab.Person("guest")
		mary.says(plain.Done, "invite", second, in)
		Expect(mary.says(plain.Partly, "revoke", "nobody@zylker.com", strings.ToUpper(second), in)).To(And(
			ContainSubstring("nobody@zylker.com has no pending invitation"), ContainSubstring("is revoked"), ContainSubstring("done for 1 of 2")))
		mary.says(plain.Done, "invite", guest, in)
		g := as(guest, customers)
		Eventually(func() string { return g.says(plain.Done, "list") }).Should(ContainSubstring(other.Name))
		Expect(g.says(plain.Done, "decline")).To(ContainSubstring("You declined the invitation of " + other.Name))
		Expect(g.says(plain.Done, "list")).NotTo(ContainSubstring("Invitations:"))
	})

	It("creates an organization, and says its address", func() {
		name := lab.Unique("made")
		Expect(john.says(plain.Done, "create", name, "--display-name=Made by John")).To(ContainSubstring("https://" + name + "."))
		Expect(john.says(plain.Refused, "create", name)).To(HavePrefix("error: "))
		alone := as(lab.Person("alone"), customers)
		Expect(alone.says(plain.Refused, "create", lab.Unique("made"))).To(And(HaveSuffix("]\n"), Not(ContainSubstring("admission webhook"))))
	})

	It("changes, subscribes, transfers and binds with the role that the operator gives", func() {
		own := "--organization=" + org.Name
		Expect(john.says(plain.Done, "change", "--display-name=Zylker of John", own)).To(ContainSubstring("changed"))
		Expect(john.says(plain.Done, "change", "--display-name=Zylker of John", own)).To(ContainSubstring("nothing was changed"))
		Expect(john.says(plain.Done, "subscribe", "Ultimate", "--licenses=12", own)).To(ContainSubstring("12 licences"))
		Expect(john.says(plain.Refused, "subscribe", "Ultimate", "--licenses=0", own)).To(ContainSubstring("--licenses: "))
		Expect(john.says(plain.Refused, "transfer", marys, own)).To(HaveSuffix("[R2]\n"))
		Expect(john.says(plain.Done, "bind", "ZohoDesk", lab.Unique("portal"), own)).To(ContainSubstring("bound to ZohoDesk"))
		Expect(john.says(plain.Done, "bind", "ZohoForms", lab.Unique("account"), own, "-o", "name")).To(HavePrefix("integrationbinding.polyorg.io/zohoforms-"))
		Expect(john.says(plain.Refused, "bind", "ZohoDesk", "", own)).NotTo(ContainSubstring("Invalid value"))
	})

	It("says a rule's words and no others", func() {
		for _, refusal := range []string{
			mary.says(plain.Refused, "invite", "Mixed.Case@zylker.com", in),
			mary.says(plain.Refused, "invite", marys, in),
			john.says(plain.Refused, "leave", org.Name),
			john.says(plain.Refused, "create", "www"),
		} {
			Expect(refusal).To(And(HavePrefix("error: "), MatchRegexp(`\b[A-Z][0-9]+\b`), Not(ContainSubstring("admission webhook")),
				Not(ContainSubstring("is invalid")), Not(ContainSubstring("Invalid value")), Not(ContainSubstring("LimitExceeded"))))
		}
		Expect(john.says(plain.NotAllowed, "invite", lab.Person("x"), in)).To(And(
			ContainSubstring("no right to create invitations in organization "+other.Name), Not(ContainSubstring("forbidden"))))
	})

	It("leaves", func() {
		Expect(newcomer.says(plain.Done, "leave", other.Name, "-o", "json")).NotTo(ContainSubstring(`"status"`), "it is gone")
		Expect(newcomer.says(plain.Done, "list")).To(ContainSubstring("belongs to no organization"))
	})

	It("knows every way to be misused", func() {
		for _, args := range [][]string{
			{"lst"}, {"list", "--foo"}, {"list", "x"}, {"list", "-o", "xml"}, {"leave"}, {"invite"}, {"change"}, {"accept", "--dry-run=perhaps"},
			{"subscribe", "Ultimate"},
		} {
			Expect(john.says(plain.Misused, args...)).To(HavePrefix("error: "), "%v", args)
		}
	})

	It("shows limits with the organizations that count", func() {
		Expect(john.says(plain.Done, "limits")).To(MatchRegexp(`created, or super admin of +2 +5 +L2 +.*%s`, org.Name))
		Expect(as("operations", "system:masters").says(plain.Done, "limits", "--of", johns, "-o", "json")).To(ContainSubstring(`"rule": "L1"`))
	})

	It("L9: names whom a policy would leave beyond a limit, before it is applied", func() {
		file := filepath.Join(GinkgoT().TempDir(), "policy.yaml")
		Expect(os.WriteFile(file, []byte("apiVersion: polyorg.io/v1alpha1\nkind: PlatformPolicy\nmetadata: { name: default }\n"+
			"spec: { limits: { organizationsPerUser: 2, createdOrganizationsPerUser: 1 } }\n"), 0o600)).To(Succeed())
		Expect(as("operations", "system:masters").says(plain.Done, "limits", "--policy", file)).To(And(
			MatchRegexp(`%s +organizations +L1 +3 +10 +2`, johns), MatchRegexp(`%s +created, or super admin of +L2 +2 +5 +1`, johns),
			Not(ContainSubstring(marys))))
		Expect(john.says(plain.NotAllowed, "limits", "--policy", file)).To(ContainSubstring("platform team"))
	})

	It("completes the names of organizations in kubectl", func() {
		out, err := john.command("__complete", "polyorg", "use", "").Output()
		Expect(err).NotTo(HaveOccurred())
		Expect(string(out)).To(And(ContainSubstring(org.Name), ContainSubstring(other.Name)))
	})

	It("examines the cluster for the platform", func(ctx context.Context) {
		operations := as("operations", "system:masters")
		Expect(operations.says(plain.Done, "doctor")).To(And(
			MatchRegexp(`webhooks +OK`), MatchRegexp(`enforcement +OK`), MatchRegexp(`view +OK`), MatchRegexp(`leader +OK`), MatchRegexp(`journal +OK`),
			ContainSubstring("What to do:")))
		Expect(john.says(plain.NotAllowed, "doctor")).To(ContainSubstring("platform team"))

		By("a webhook that fails open")
		var hooks admissionregistrationv1.ValidatingWebhookConfiguration
		Expect(l.Platform.Get(ctx, client.ObjectKey{Name: "polyorg-validating"}, &hooks)).To(Succeed())
		shipped := hooks.DeepCopy()
		open := admissionregistrationv1.Ignore
		hooks.Webhooks[0].FailurePolicy = &open
		Expect(l.Platform.Update(ctx, &hooks)).To(Succeed())
		DeferCleanup(func(ctx context.Context) {
			hooks.Webhooks = shipped.Webhooks
			Expect(l.Platform.Update(ctx, &hooks)).To(Succeed())
		})
		Expect(operations.says(plain.Partly, "doctor")).To(MatchRegexp(`webhooks +Fault +validate.polyorg.io lets requests pass`))
	}, NodeTimeout(time.Minute))

	It("invites a file of people with a bar, goes on where it stopped, and reports what was refused", func() {
		dir := GinkgoT().TempDir()
		file, report := filepath.Join(dir, "people.csv"), filepath.Join(dir, "report.csv")
		text := "email,role\nCapital@zylker.com,\n"
		for range 60 {
			text += lab.Person("many") + ",\n"
		}
		Expect(os.WriteFile(file, []byte(text), 0o600)).To(Succeed())
		args := []string{"polyorg", "invite", "--file", file, "--report", report, in}

		terminal, err := pty.Start(mary.command(args...))
		Expect(err).NotTo(HaveOccurred())
		defer terminal.Close()
		var seen bytes.Buffer
		_, _ = io.Copy(&seen, terminal) // Linux ends it with an error
		Expect(seen.String()).To(And(MatchRegexp(`Inviting to %s +[0-9]+%% \|.*\([0-9]+/61\)`, other.Name), ContainSubstring("Stopped: "), ContainSubstring("[E5]")))

		By("more licences")
		Expect(mary.says(plain.Done, "subscribe", "Enterprise", "--licenses=100", in)).To(ContainSubstring("100"))
		Expect(mary.says(plain.Partly, args[1:]...)).To(And(
			MatchRegexp(`[0-9]+ invited, [0-9]+ invited already, 1 refused`), ContainSubstring("1: Capital@zylker.com"), Not(ContainSubstring("Inviting to"))))
		rows, err := os.ReadFile(report)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(rows)).To(And(ContainSubstring("Capital@zylker.com,Refused,"), ContainSubstring(",AlreadyInvited,")))
		Expect(mary.says(plain.Partly, args[1:]...)).To(ContainSubstring("0 invited, 60 invited already, 1 refused"))
	})
})
