// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// liveClient is how a replica reads and writes the API server. Each call is two steps, there and back: anything may happen
// before it arrives, and before its answer does.
type liveClient struct {
	client.WithWatch // nil: the journal needs only the methods below
	sim              *simulation
}

var errLost = errors.New("the simulated network lost it")

func (c *liveClient) Get(_ context.Context, name client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	return c.call("reads "+kindOf(into), func() error {
		stored := c.sim.server.stored[key{kindOf(into), name}]
		if stored == nil {
			return apierrors.NewNotFound(resource(into), name.Name)
		}
		fill(into, stored)
		return nil
	})
}

func (c *liveClient) Create(_ context.Context, o client.Object, _ ...client.CreateOption) error {
	return c.call("creates "+kindOf(o), func() error {
		err := c.sim.server.create(o, metav1.NewTime(c.sim.now))
		if err == nil {
			fill(o, c.sim.server.stored[keyOf(o)])
		}
		return err
	})
}

func (c *liveClient) Update(_ context.Context, o client.Object, _ ...client.UpdateOption) error {
	return c.call("writes "+kindOf(o), func() error {
		err := c.sim.server.update(o, false)
		if err == nil {
			fill(o, c.sim.server.stored[keyOf(o)])
		}
		return err
	})
}

// List tells how many there are of a kind, and the revision at which that is so.
func (c *liveClient) List(_ context.Context, into client.ObjectList, _ ...client.ListOption) error {
	list := into.(*metav1.PartialObjectMetadataList)
	kind := strings.TrimSuffix(list.Kind, "List")
	return c.call("lists "+list.Kind, func() error {
		for k := range c.sim.server.stored {
			if k.kind == kind {
				list.Items = append(list.Items, metav1.PartialObjectMetadata{})
			}
		}
		list.ResourceVersion = strconv.FormatInt(c.sim.server.revision, 10)
		return nil
	})
}

func (c *liveClient) call(what string, do func() error) error {
	s := c.sim
	s.wait(nil)
	if s.happens(s.chance.loss) {
		s.trace("%s: %s: lost on the way there", s.current.name, what)
		return errLost
	}
	err := do()
	s.trace("%s: %s: %v", s.current.name, what, err)
	s.wait(nil)
	if s.happens(s.chance.loss) {
		s.trace("%s: %s: answer lost", s.current.name, what)
		return errLost
	}
	return err
}

// fill makes an object a copy of what is stored.
func fill(into, stored client.Object) {
	reflect.ValueOf(into).Elem().Set(reflect.ValueOf(stored.DeepCopyObject()).Elem())
}
