// SPDX-License-Identifier: Apache-2.0

package configuration

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("The file", Ordered, func() {
	var program string

	BeforeAll(func(ctx context.Context) { program = lab.Manager(ctx) })

	DescribeTable("stops the start, with the path of the mistake", func(ctx context.Context, change func(string) string, said ...string) {
		file := filepath.Join(GinkgoT().TempDir(), "config.yaml")
		Expect(os.WriteFile(file, []byte(change(string(text(GinkgoTB(), operatorFile)))), 0o600)).To(Succeed())
		out, err := exec.CommandContext(ctx, program, "--config", file).CombinedOutput()
		var exit *exec.ExitError
		Expect(errors.As(err, &exit)).To(BeTrue(), "%v", err)
		Expect(exit.ExitCode()).To(Equal(1))
		Expect(string(out)).To(HavePrefix("polyorg: " + file + ": "))
		for _, text := range said {
			Expect(string(out)).To(ContainSubstring(text))
		}
	},
		Entry("an unknown field", replaced("className:", "class:"), `unknown field "ingress.class"`),
		Entry("an unknown field of the Job", replaced("backoffLimit:", "backOffLimit:"), `unknown field "sampleData.jobTemplate.spec.backOffLimit"`),
		Entry("a text that is no duration", replaced("leaseDuration: 15s", "leaseDuration: 15 seconds"), "leaderElection.leaseDuration: time: unknown unit"),
		Entry("durations that contradict each other", replaced("renewDeadline: 10s", "renewDeadline: 20s"), "leaderElection.renewDeadline: Invalid value", "less than leaseDuration (15s)"),
		Entry("two listeners at one address", replaced(`":8081"`, `"127.0.0.1:8080"`), `health.bindAddress: Duplicate value: "127.0.0.1:8080"`),
		Entry("a Job that would never end", replaced("restartPolicy: Never", "restartPolicy: Always"), "sampleData.jobTemplate.spec.template.spec.restartPolicy: Unsupported value"),
		Entry("a password for a mail server without TLS", replaced("tls: StartTLS", "tls: None"), "mail.credentialsDir: Forbidden"),
		Entry("a password in the file", replaced("credentialsDir: /etc/polyorg/mail", "password: secret"), `unknown field "mail.password"`),
		Entry("another version", replaced("config.polyorg.io/v1alpha1", "config.polyorg.io/v9"), "apiVersion: Unsupported value"),
	)

	It("with every field is the configuration that a replica uses", func(ctx context.Context) {
		john := lab.Person("john")
		org := lab.NewOrganization(john, 5)
		org.Spec.SampleData = true
		lab.Create(ctx, l.Platform, org)
		l.EventuallyReady(ctx, org)
		own := &v1alpha1.Organization{}
		Eventually(func() error {
			return l.As("oidc:"+john).Get(ctx, client.ObjectKeyFromObject(org), own)
		}).Should(Succeed(), "by the prefix that it gives usernames")

		job := &batchv1.Job{}
		Eventually(func() error {
			return l.Platform.Get(ctx, client.ObjectKey{Namespace: lab.NamespaceOf(org), Name: "polyorg-sample-data"}, job)
		}).Should(Succeed())
		Expect(job.Spec.Template.Spec.Containers[0].Image).To(Equal(l.Config.SampleData.JobTemplate.Spec.Template.Spec.Containers[0].Image))
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
			g.Expect(lab.Condition(org, v1alpha1.ConditionSampleDataLoaded)).To(HaveValue(And(
				HaveField("Status", metav1.ConditionFalse), HaveField("Reason", v1alpha1.ReasonLoading))))
		}).Should(Succeed())

		guest := lab.NewInvitation(org, lab.Person("guest"))
		lab.Create(ctx, l.Platform, guest)
		l.EventuallyReady(ctx, guest)
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(guest), guest)).To(Succeed())
			g.Expect(lab.Condition(guest, v1alpha1.ConditionDelivered)).To(HaveValue(HaveField("Reason", v1alpha1.ReasonSent)), "there is a mail server")
		}).Should(Succeed())
		Expect(post.Messages()).To(ContainElement(HaveField("To", ConsistOf(guest.Spec.Email))))

		lease := &coordinationv1.Lease{}
		Expect(l.Platform.Get(ctx, client.ObjectKey{Namespace: lab.SystemNamespace, Name: "polyorg-operator"}, lease)).To(Succeed())
		Expect(lease.Spec.LeaseDurationSeconds).To(HaveValue(BeEquivalentTo(l.Config.LeaderElection.LeaseDuration.Seconds())))
	})
})

// replaced changes a text that occurs once.
func replaced(from, to string) func(string) string {
	return func(file string) string {
		Expect(strings.Count(file, from)).To(Equal(1), from)
		return strings.Replace(file, from, to, 1)
	}
}
