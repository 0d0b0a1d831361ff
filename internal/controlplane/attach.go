// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"errors"
	"io"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/polyorg/polyorg/internal/controlplane/pki"
)

// authorityKey is the file in which Share stores the authority's key.
const authorityKey = "ca.key"

var errNotOurs = errors.New("another process runs this control plane")

// Share lets other processes of the same owner attach to the control plane: it stores the authority's key in the folder.
func (c *ControlPlane) Share() error { return c.ca.WriteKey(c.path(authorityKey)) }

// Attach returns a control plane that another process runs and shares. It can do all that its owner can, but neither stop nor restart
// anything.
func Attach(dir string) (*ControlPlane, error) {
	assets, err := FindAssets("")
	if err != nil {
		return nil, err
	}
	c := &ControlPlane{dir: dir, assets: assets, out: io.Discard}
	if c.ca, err = pki.Read(c.CAFile(), c.path(authorityKey)); err != nil {
		return nil, err
	}
	c.admin, err = clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return nil, err
	}
	c.admin.QPS = -1
	return c, nil
}
