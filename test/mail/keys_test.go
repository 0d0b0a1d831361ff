// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/token"
	"github.com/polyorg/polyorg/test/lab"
)

// late is how long replicas use keys that somebody changed (docs/tasks/mail.md), and the time of a request on a busy machine.
const late = 10*time.Second + 3*time.Second

var _ = Describe("The keys of links", func() {
	It("I11: are rotated by hand: a link is valid for as long as its key is there", func(ctx context.Context) {
		org := organization(ctx)
		_, first := invite(ctx, org, lab.Person("bob"))
		old, _ := links(first)
		before := keyOf(old)
		Expect(keysNow(ctx)).To(ConsistOf(before))

		By("the command of the page")
		rotate(ctx)
		both := keysNow(ctx)
		Expect(both).To(HaveLen(2))
		Expect(slices.Max(both)).NotTo(Equal(before))
		var young string
		Eventually(ctx, func() string {
			_, m := invite(ctx, org, lab.Person("carol"))
			young, _ = links(m)
			return keyOf(young)
		}).WithTimeout(late).WithPolling(time.Second).Should(Equal(slices.Max(both)))
		for _, link := range []string{old, young} {
			Expect(open(ctx, link).status).To(Equal(http.StatusOK))
		}

		By("the removal of the old key")
		remove(ctx, before)
		ended := func() bool {
			return !slices.ContainsFunc(askAll(ctx, old), func(p page) bool { return p.status != http.StatusNotFound })
		}
		Eventually(ctx, ended).WithTimeout(late).WithPolling(time.Second).Should(BeTrue())
		Expect(open(ctx, old).body).To(ContainSubstring("This link is not valid"))
		Expect(choose(ctx, tokenOf(old), v1alpha1.DecisionAccept).status).To(Equal(http.StatusNotFound))
		r := &v1alpha1.InvitationResponse{ObjectMeta: metav1.ObjectMeta{GenerateName: "old-"}, Spec: v1alpha1.InvitationResponseSpec{
			Token: tokenOf(old), Decision: v1alpha1.DecisionAccept,
		}}
		Expect(l.Platform.Create(ctx, r)).To(lab.BeRefusedBy("I11"))
		Expect(choose(ctx, tokenOf(young), v1alpha1.DecisionAccept).status).To(Equal(http.StatusOK))
	}, NodeTimeout(2*time.Minute))
})

var _ = Describe("The only key of links", func() {
	It("I11: ends its links also where a key that is none takes its place", func(ctx context.Context) {
		org := organization(ctx)
		_, m := invite(ctx, org, lab.Person("bob"))
		leaked, _ := links(m)
		put(ctx, map[string][]byte{"9000-short": []byte("too short")})
		Eventually(ctx, func() bool {
			return !slices.ContainsFunc(askAll(ctx, leaked), func(p page) bool { return p.status != http.StatusNotFound })
		}).WithTimeout(late).WithPolling(time.Second).Should(BeTrue())
		carol := lab.Person("carol")
		i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, carol))
		Consistently(ctx, func() int { return len(sentTo(carol)) }, "2s").Should(BeZero())
		Expect(stateOf(ctx, i)()).To(Equal(v1alpha1.InvitationPending))

		By("a good key beside it")
		id, key := token.GenerateKey(time.Now())
		put(ctx, map[string][]byte{"9000-short": []byte("too short"), id: key})
		sent := message(ctx, carol, 1)
		accept, _ := links(sent)
		Expect(keyOf(accept)).To(Equal(id))
		Eventually(ctx, func() bool {
			return !slices.ContainsFunc(askAll(ctx, accept), func(p page) bool { return p.status != http.StatusOK })
		}).WithTimeout(late).WithPolling(time.Second).Should(BeTrue())
		put(ctx, map[string][]byte{id: key})
		for place, text := range l.Logs() {
			Expect(text).NotTo(ContainSubstring("too short"), place)
		}
	}, NodeTimeout(2*time.Minute))
})

// put replaces all keys.
func put(ctx context.Context, keys map[string][]byte) {
	GinkgoHelper()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: lab.SystemNamespace, Name: token.SecretName}}
	Expect(lab.Change(ctx, l.Platform, secret, func(s *corev1.Secret) { s.Data = keys })).To(Succeed())
}

// askAll opens a link often enough to reach each replica.
func askAll(ctx context.Context, link string) (all []page) {
	GinkgoHelper()
	for range 2 * l.Operator.Replicas() {
		all = append(all, open(ctx, link))
	}
	return all
}

// keyOf is the ID of the key that signed a link.
func keyOf(link string) string {
	GinkgoHelper()
	head, _, _ := strings.Cut(tokenOf(link), ".")
	text, err := base64.RawURLEncoding.DecodeString(head)
	Expect(err).NotTo(HaveOccurred())
	var header struct {
		Key string `json:"kid"`
	}
	Expect(json.Unmarshal(text, &header)).To(Succeed())
	return header.Key
}

// keysNow are the IDs of the keys in the Secret.
func keysNow(ctx context.Context) (ids []string) {
	GinkgoHelper()
	var keys corev1.Secret
	Expect(l.Platform.Get(ctx, client.ObjectKey{Namespace: lab.SystemNamespace, Name: token.SecretName}, &keys)).To(Succeed())
	for id := range keys.Data {
		ids = append(ids, id)
	}
	return ids
}

var patchKeys = regexp.MustCompile("(?s)```\n(kubectl patch secret " + token.SecretName + " .*?)\n```")

// rotate adds a key by the command that the documentation shows.
func rotate(ctx context.Context) {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join(l.Root, "docs", "tasks", "mail.md"))
	Expect(err).NotTo(HaveOccurred())
	found := patchKeys.FindStringSubmatch(string(text))
	Expect(found).NotTo(BeNil(), "the page has no command for it")
	shell := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", found[1])
	shell.Env = append(os.Environ(), "KUBECONFIG="+l.Control.Kubeconfig(), "PATH="+filepath.Dir(l.Control.Kubectl())+":"+os.Getenv("PATH"))
	said, err := shell.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(said))
}

func remove(ctx context.Context, key string) {
	GinkgoHelper()
	keys := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: lab.SystemNamespace, Name: token.SecretName}}
	patch, err := json.Marshal([]map[string]string{{"op": "remove", "path": "/data/" + key}})
	Expect(err).NotTo(HaveOccurred())
	Expect(l.Platform.Patch(ctx, keys, client.RawPatch(types.JSONPatchType, patch))).To(Succeed())
}
