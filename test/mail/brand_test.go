// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// ownHTML is a platform's own template. It has a mark that the built-in one does not have.
const ownHTML = `<html lang="{{.Language}}"><body><h1 id="own">{{.Plain .Platform}}</h1>
<p>{{.Text "invitation.lead"}}</p>
<p><a href="{{.AcceptURL}}">{{.Text "mail.accept"}}</a> <a href="{{.DeclineURL}}">{{.Text "mail.decline"}}</a></p>
</body></html>`

// lookMap is the ConfigMap that the operator follows.
func lookMap(data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: lab.SystemNamespace, Name: lab.MailConfigMap}, Data: data}
}

// changeLook applies other data.
func changeLook(ctx context.Context, data map[string]string) {
	GinkgoHelper()
	Expect(lab.Change(ctx, l.Platform, lookMap(nil), func(c *corev1.ConfigMap) { c.Data = data })).To(Succeed())
}

// removeLook deletes the ConfigMap, and waits until each replica has seen that.
func removeLook(ctx context.Context) {
	GinkgoHelper()
	Expect(client.IgnoreNotFound(l.Platform.Delete(ctx, lookMap(nil)))).To(Succeed())
	lookIsValid(ctx, 0)
}

// beginLook has the data in force on each replica.
func beginLook(ctx context.Context, data map[string]string) {
	GinkgoHelper()
	removeLook(ctx)
	lab.Create(ctx, l.Platform, lookMap(data))
	lookIsValid(ctx, 1)
}

// lookIsValid waits until each replica says so of the ConfigMap.
func lookIsValid(ctx context.Context, value float64) {
	GinkgoHelper()
	for i := range l.Operator.Replicas() {
		Eventually(ctx, func(g Gomega) {
			families, err := l.Operator.Metrics(ctx, i)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(families["polyorg_mail_templates_valid"].GetMetric()).To(ConsistOf(
				HaveField("Gauge.Value", HaveValue(Equal(value)))))
		}).Should(Succeed())
	}
}

// lookIsAccepted waits for the condition of the policy.
func lookIsAccepted(ctx context.Context, policy *v1alpha1.PlatformPolicy, status metav1.ConditionStatus, reason, message string) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega) {
		g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(policy), policy)).To(Succeed())
		g.Expect(lab.Condition(policy, v1alpha1.ConditionBrandingAccepted)).To(HaveValue(And(
			HaveField("Status", status), HaveField("Reason", reason), HaveField("Message", ContainSubstring(message)))))
		g.Expect(lab.Condition(policy, v1alpha1.ConditionReady)).To(HaveValue(HaveField("Status", metav1.ConditionTrue)), "the policy is ready without it")
	}).Should(Succeed())
}

// lookIsTold waits for an event about the ConfigMap.
func lookIsTold(ctx context.Context, reason, note string) {
	GinkgoHelper()
	Eventually(ctx, func(g Gomega) {
		var all eventsv1.EventList
		g.Expect(l.Platform.List(ctx, &all, client.InNamespace(lab.SystemNamespace))).To(Succeed())
		g.Expect(all.Items).To(ContainElement(And(HaveField("Regarding.Kind", "ConfigMap"), HaveField("Regarding.Name", lab.MailConfigMap),
			HaveField("Reason", reason), HaveField("Note", ContainSubstring(note)))))
	}).Should(Succeed())
}

var styleHref = regexp.MustCompile(`href="([^"]*/style\.css\?v=[0-9a-f]+)"`)

// styleOf is the style sheet of a page.
func styleOf(ctx context.Context, p page) page {
	GinkgoHelper()
	found := styleHref.FindStringSubmatch(p.body)
	Expect(found).To(HaveLen(2), p.body)
	from, err := url.Parse(l.Operator.PageURL())
	Expect(err).NotTo(HaveOccurred())
	at, err := from.Parse(found[1])
	Expect(err).NotTo(HaveOccurred())
	return open(ctx, at.String())
}

var _ = Describe("The platform's own look", func() {
	var policy *v1alpha1.PlatformPolicy

	BeforeEach(func(ctx context.Context) {
		policy = lab.Create(ctx, l.Platform, &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName}})
		lookIsAccepted(ctx, policy, metav1.ConditionFalse, v1alpha1.ReasonConfigMapNotFound, "create it")
		DeferCleanup(func(ctx context.Context) {
			beginLook(ctx, nil) // the built-in look, which is the last good one then
			removeLook(ctx)
			Expect(lab.Insist(ctx, func() error { return client.IgnoreNotFound(l.Platform.Delete(ctx, policy)) })).To(Succeed())
		}, NodeTimeout(time.Minute))
	}, NodeTimeout(time.Minute))

	It("is that of the next e-mail and of the page, and stays while the ConfigMap has a mistake", func(ctx context.Context) {
		good := map[string]string{"platform": "Zylker Works", "accent": "#b00020", "from": "Zylker Works <works@zylker.com>\n",
			"texts.en.yaml": "mail: {accept: Come in}\npage: {accept: Yes please}\n", "invitation.html": ownHTML}
		beginLook(ctx, good)
		lookIsAccepted(ctx, policy, metav1.ConditionTrue, v1alpha1.ReasonBrandingInForce, lab.MailConfigMap)
		org := organization(ctx)
		hasOwnLook(ctx, org, "Zylker Works", "Come in")

		By("keeping it while the ConfigMap has a mistake, and saying which")
		broken := map[string]string{"platform": "Broken", "invitation.html": strings.Replace(ownHTML, "{{.DeclineURL}}", "https://zylker.com/", 1)}
		changeLook(ctx, broken)
		lookIsValid(ctx, 0)
		const mistake = "invitation.html: it lacks the link to decline"
		lookIsAccepted(ctx, policy, metav1.ConditionFalse, v1alpha1.ReasonBrandingRefused, mistake)
		lookIsTold(ctx, v1alpha1.ReasonBrandingRefused, mistake)
		hasOwnLook(ctx, org, "Zylker Works", "Come in")

		By("keeping it on replicas that start meanwhile")
		for i := range l.Operator.Replicas() {
			Expect(l.Operator.Restart(ctx, i)).To(Succeed())
		}
		lookIsValid(ctx, 0)
		hasOwnLook(ctx, org, "Zylker Works", "Come in")
		lookIsAccepted(ctx, policy, metav1.ConditionFalse, v1alpha1.ReasonBrandingRefused, mistake)

		By("taking the ConfigMap again when it is mended")
		good["platform"], good["texts.en.yaml"] = "Zillum", "mail: {accept: Please come in}\n"
		changeLook(ctx, good)
		lookIsValid(ctx, 1)
		lookIsAccepted(ctx, policy, metav1.ConditionTrue, v1alpha1.ReasonBrandingInForce, lab.MailConfigMap)
		lookIsTold(ctx, v1alpha1.ReasonBrandingInForce, "")
		hasOwnLook(ctx, org, "Zillum", "Please come in")
	}, NodeTimeout(4*time.Minute))

	It("can have a language more", func(ctx context.Context) {
		data, err := os.ReadFile(filepath.Join(l.Root, "internal", "locale", "texts", "en.yaml"))
		Expect(err).NotTo(HaveOccurred())
		german := strings.Replace(string(data), "accept: Accept the invitation", "accept: Einladung annehmen", 1)
		beginLook(ctx, map[string]string{"texts.de.yaml": german})
		org := organization(ctx, func(o *v1alpha1.Organization) { o.Spec.Locale = "de-AT" })
		_, m := invite(ctx, org, lab.Person("bob"))
		Expect(m.HTML).To(And(ContainSubstring(`lang="de"`), ContainSubstring("Einladung annehmen")))
		Expect(m.Header.Get("Content-Language")).To(Equal("de"))
	}, NodeTimeout(2*time.Minute))
})

// hasOwnLook wants the next e-mail, and its page, to have the platform's own look.
func hasOwnLook(ctx context.Context, org *v1alpha1.Organization, platform, button string) {
	GinkgoHelper()
	_, m := invite(ctx, org, lab.Person("bob"))
	Expect(m.HTML).To(And(ContainSubstring(`<h1 id="own">`+platform+`</h1>`), ContainSubstring(`>`+button+`</a>`)))
	Expect(m.Text).To(ContainSubstring(button + ":"))
	from, err := m.Header.AddressList("From")
	Expect(err).NotTo(HaveOccurred())
	Expect(from).To(ConsistOf(HaveValue(And(HaveField("Name", "Zylker Works"), HaveField("Address", "works@zylker.com")))))
	Expect(m.From).To(Equal("works@zylker.com"))

	accept, _ := links(m)
	p := open(ctx, accept)
	Expect(p.body).To(ContainSubstring("<header>" + platform + "</header>"))
	style := styleOf(ctx, p)
	Expect(style.body).To(ContainSubstring("--accent: #b00020;"))
	Expect(style.header.Get("Cache-Control")).To(ContainSubstring("immutable"))
}
