// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"runtime/debug"

	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// ErrPanicked says that a rule panicked while it judged the change, which is a fault of ours. Nothing was changed.
var ErrPanicked = errors.New("a rule failed on this change, which is a fault of the operator; its log says where")

// survive ends, with an error, only the request whose rules panic. A panic in the journal's own goroutine would end the process, and with
// it every other request. Defer survive itself.
func survive(r *request, err *error) { //nolint:gocritic // a deferred call returns nothing otherwise
	p := recover()
	if p == nil {
		return
	}
	panics.WithLabelValues(kindLabel(r.Kind)).Inc()
	log.FromContext(r.ctx).Error(fmt.Errorf("panic: %v", p), "A rule panicked", "kind", r.Kind, "operation", r.Operation,
		"object", klog.KRef(r.Name.Namespace, r.Name.Name), "stack", string(debug.Stack()))
	*err = ErrPanicked
}
