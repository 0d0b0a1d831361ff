// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/rules"
)

// unsaved are the results of attempts that are not stored yet. While the API server takes no write, each attempt to store one would send the
// message again without it. The zero value is empty.
type unsaved struct {
	mu      sync.Mutex
	results map[types.NamespacedName]result
}

// result is what became of one message. Failure is nil if the mail server took it.
type result struct {
	invitation types.UID
	send       int32
	failure    *mail.Failure
}

// note keeps the result of an invitation's latest message.
func (u *unsaved) note(i *v1alpha1.Invitation, failure *mail.Failure) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.results == nil {
		u.results = map[types.NamespacedName]result{}
	}
	u.results[client.ObjectKeyFromObject(i)] = result{i.UID, rules.Begun(i), failure}
}

// of is the result of an invitation's latest message, if it is kept.
func (u *unsaved) of(i *v1alpha1.Invitation) (failure *mail.Failure, known bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	r, is := u.results[client.ObjectKeyFromObject(i)]
	return r.failure, is && r.invitation == i.UID && r.send == rules.Begun(i)
}

// forget drops a result that is stored, or that nothing needs any more.
func (u *unsaved) forget(name types.NamespacedName) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.results, name)
}
