// SPDX-License-Identifier: Apache-2.0

//go:build long

package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/process"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("Exim, which has nothing in common with our own mail server", Ordered, func() {
	var server *exim

	BeforeAll(func(ctx context.Context) {
		server = startExim()
		Eventually(ctx, func() error { return server.answers(ctx) }).Should(Succeed(), func() string { return server.log() })
		ours := *l.Config.Mail
		DeferCleanup(func(ctx context.Context) { configure(ctx, ours) })
	}, NodeTimeout(time.Minute))

	for how, logged := range map[config.MailAuthentication]string{config.MailAuthPlain: " A=plain:", config.MailAuthLogin: " A=login:"} {
		It(fmt.Sprintf("I4, I7: takes an invitation over STARTTLS with AUTH %s, and its link makes a member", how), func(ctx context.Context) {
			mail := server.mail
			mail.Authentication = how
			configure(ctx, mail)
			org, bob := organization(ctx), lab.Person("bob")
			i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, bob))
			says(ctx, i, v1alpha1.ReasonSent, "")

			var m mailtest.Message
			Eventually(ctx, func(g Gomega) { m = server.only(g, bob) }).Should(Succeed(), func() string { return server.log() })
			Expect(m.Header.Get("Received")).To(ContainSubstring("with esmtpsa"), "encrypted, and signed in")
			Expect(server.log()).To(And(ContainSubstring(logged), ContainSubstring(" X=TLS1.")))
			Expect(m.Subject).To(ContainSubstring("Zylker"))
			Expect(m.Text).To(ContainSubstring(l.Operator.PageURL()))

			accept, _ := links(m)
			Expect(open(ctx, accept).status).To(Equal(http.StatusOK))
			Expect(choose(ctx, tokenOf(accept), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
			Eventually(ctx, stateOf(ctx, i)).Should(Equal(v1alpha1.InvitationAccepted))
			l.EventuallyHasAccess(ctx, bob, v1alpha1.RoleStandard, org)
		}, NodeTimeout(2*time.Minute))
	}
})

// configure restarts the replicas with another mail server.
func configure(ctx context.Context, mail config.Mail) {
	GinkgoHelper()
	Expect(l.Operator.Reconfigure(ctx, func(c *config.OperatorConfig) { c.Mail = &mail })).To(Succeed())
}

// exim is a running Exim.
type exim struct {
	dir  string
	mail config.Mail
}

// eximPath is where Debian's package has it.
const eximPath = "/usr/sbin/exim4"

// startExim runs Exim until the end of the container that calls it.
func startExim() *exim {
	GinkgoHelper()
	if _, err := os.Stat(eximPath); err != nil {
		Fail("Exim is missing; install it with hack/needs.sh test/mail, as root: " + err.Error())
	}
	dir, err := os.MkdirTemp("", "exim") // beside Ginkgo's folders: only root can enter those
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	ports, err := controlplane.FreePorts(1)
	Expect(err).NotTo(HaveOccurred())
	e := &exim{dir: dir, mail: config.Mail{
		Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0])), TLS: config.MailStartTLS, CAFile: filepath.Join(dir, "ca.crt"),
		CredentialsDir: dir, From: "Polyorg <invitations@example.com>", Timeout: l.Config.Mail.Timeout,
	}}
	e.prepare(ports[0])
	p, err := process.Start(process.Command{Path: eximPath, Args: []string{"-C", filepath.Join(dir, "exim.conf"), "-bdf"}, Dir: dir, Name: "daemon"})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(p.Stop(10 * time.Second)).To(Succeed()) })
	return e
}

// prepare writes Exim's configuration and its certificate, and gives all files to the user that Exim works as.
func (e *exim) prepare(port int) {
	GinkgoHelper()
	authority, err := mailtest.NewAuthority()
	Expect(err).NotTo(HaveOccurred())
	Expect(authority.WritePair(e.dir, "127.0.0.1")).To(Succeed())
	as, owner := eximUser()
	rest, err := os.ReadFile(filepath.Join("testdata", "exim.conf"))
	Expect(err).NotTo(HaveOccurred())
	const name, password = "polyorg", "correct-horse"
	macros := fmt.Sprintf("DIR = %s\nPORT = %d\nUSER = %s\nGROUP = %s\nNAME = %s\nPASSWORD = %s\n", e.dir, port, as, owner, name, password)
	for file, text := range map[string][]byte{
		"exim.conf": append([]byte(macros), rest...), "ca.crt": authority.PEM(), "username": []byte(name), "password": []byte(password),
	} {
		Expect(os.WriteFile(filepath.Join(e.dir, file), text, 0o644)).To(Succeed())
	}
	for _, folder := range []string{"spool", "log"} {
		Expect(os.Mkdir(filepath.Join(e.dir, folder), 0o700)).To(Succeed())
	}
	give(e.dir, as, "spool", "log", "tls.crt", "tls.key", ".")
}

// eximUser is the user and the group that Exim works as: it refuses to deliver anything as root.
func eximUser() (name, group string) {
	GinkgoHelper()
	if os.Geteuid() == 0 {
		return "Debian-exim", "Debian-exim"
	}
	me, err := user.Current()
	Expect(err).NotTo(HaveOccurred())
	mine, err := user.LookupGroupId(me.Gid)
	Expect(err).NotTo(HaveOccurred())
	return me.Username, mine.Name
}

// give gives files to a user, who may enter their folder.
func give(dir, name string, files ...string) {
	GinkgoHelper()
	if os.Geteuid() != 0 {
		return // they are the user's own
	}
	to, err := user.Lookup(name)
	Expect(err).NotTo(HaveOccurred())
	uid, err := strconv.Atoi(to.Uid)
	Expect(err).NotTo(HaveOccurred())
	gid, err := strconv.Atoi(to.Gid)
	Expect(err).NotTo(HaveOccurred())
	for _, file := range files {
		Expect(os.Chown(filepath.Join(dir, file), uid, gid)).To(Succeed())
	}
}

// answers returns nil when Exim takes connections.
func (e *exim) answers(ctx context.Context) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", e.mail.Address)
	if err != nil {
		return err
	}
	return c.Close()
}

// log is what Exim says of itself.
func (e *exim) log() string {
	var all []byte
	for _, file := range []string{"daemon.log", "log/mainlog", "log/paniclog", "log/rejectlog"} {
		text, err := os.ReadFile(filepath.Join(e.dir, file))
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			all = fmt.Appendf(all, "%s (%v):\n%s\n", file, err, text)
		}
	}
	return string(all)
}

// only is the one message for an address in the maildir.
func (e *exim) only(g Gomega, to string) (found mailtest.Message) {
	files, err := filepath.Glob(filepath.Join(e.dir, "maildir", "new", "*"))
	g.Expect(err).NotTo(HaveOccurred())
	count := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		g.Expect(err).NotTo(HaveOccurred())
		m, err := mailtest.Parse(raw)
		g.Expect(err).NotTo(HaveOccurred())
		if m.Header.Get("Envelope-To") == to {
			found = m
			count++
		}
	}
	g.Expect(count).To(Equal(1))
	return found
}
