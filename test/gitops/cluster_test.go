// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	samples = "../../config/samples/gitops"
	// manager is the pipeline's field manager, unless a test names Flux or Argo CD.
	manager = "gitops"
)

// cluster is a lab with access for a pipeline, as in config/samples/gitops/access.
type cluster struct {
	*lab.Lab
	// git is the pipeline's client, with its service account's token and rights.
	git client.WithWatch

	kubeconfig, cache string // the pipeline's, for kubectl
}

func newCluster(ctx context.Context, l *lab.Lab) *cluster {
	GinkgoHelper()
	said, err := l.Kubectl(ctx, "apply", "--server-side", "--kustomize="+filepath.Join(samples, "access"))
	Expect(err).NotTo(HaveOccurred(), said)
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "polyorg-gitops", Name: "customers"}}
	token := &authenticationv1.TokenRequest{}
	Expect(l.Platform.SubResource("token").Create(ctx, account, token)).To(Succeed())
	admin := l.Control.Config()
	config := &rest.Config{
		Host: admin.Host, QPS: -1, BearerToken: token.Status.Token, TLSClientConfig: rest.TLSClientConfig{CAData: admin.CAData},
	}
	dir := GinkgoT().TempDir()
	c := &cluster{Lab: l, git: lab.Client(config), kubeconfig: filepath.Join(dir, "kubeconfig"), cache: dir}
	Expect(controlplane.WriteKubeconfig(c.kubeconfig, config)).To(Succeed())
	return c
}

// kubectl runs the real kubectl as the pipeline.
func (c *cluster) kubectl(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, c.Control.Kubectl(), args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+c.kubeconfig, "KUBECACHEDIR="+c.cache)
	said, err := command.CombinedOutput()
	return string(said), err
}
