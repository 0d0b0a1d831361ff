// SPDX-License-Identifier: Apache-2.0

package authority

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// object is a pointer to one of our kinds.
type object[T any] interface {
	*T
	client.Object
	DeepCopy() *T
}

// creates makes a request for a new object.
func creates[T any, P object[T]](of func(Class) P) Maker {
	return about(of, func(o P) *Request { return &Request{Verb: Create, After: o} })
}

// changes makes a request that edits an existing object.
func changes[T any, P object[T]](of func(Class) P, edit func(P)) Maker {
	return about(of, func(before P) *Request {
		after := P(before.DeepCopy())
		edit(after)
		return &Request{Patch, before, after}
	})
}

// does makes a request that reads or deletes an existing object.
func does[T any, P object[T]](verb Verb, of func(Class) P) Maker {
	return about(of, func(o P) *Request { return &Request{Verb: verb, Before: o} })
}

func about[T any, P object[T]](of func(Class) P, request func(P) *Request) Maker {
	return func(c Class) *Request {
		o := of(c)
		if o == nil {
			return nil
		}
		return request(o)
	}
}

// changed is an object with an edit.
func changed[T any, P object[T]](of func(Class) P, edit func(P)) func(Class) P {
	return func(c Class) P {
		o := of(c)
		edit(o)
		return o
	}
}

// keep adds a finalizer, and own an owner. Both tie an object's life to something else. free removes all finalizers, and held leaves
// somebody else's alone. label is a change that no rule concerns. steer tells a tool of the platform to leave the object alone.
func keep[O client.Object](o O) { o.SetFinalizers(append(o.GetFinalizers(), "example.com/more")) }
func own[O client.Object](o O) {
	o.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: "v1", Kind: "Namespace", Name: "default", UID: "1"}})
}
func free[O client.Object](o O)  { o.SetFinalizers(nil) }
func held[O client.Object](o O)  { o.SetFinalizers([]string{Finalizer}) }
func label[O client.Object](o O) { o.SetLabels(map[string]string{"note": "seen"}) }
func steer[O client.Object](o O) {
	o.SetAnnotations(map[string]string{"kustomize.toolkit.fluxcd.io/prune": "disabled"})
}
