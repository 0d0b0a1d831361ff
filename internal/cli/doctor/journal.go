// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// journalName is that of the ConfigMap; the operator's own constant is in a package that has no place in a client.
const journalName = "polyorg-journal"

// journal: it names its own UID. One that was made anew, restored or copied does not, and opens after a time.
func (d *Doctor) journal(ctx context.Context) []Finding {
	const part = "journal"
	var j corev1.ConfigMap
	err := d.Client.Get(ctx, client.ObjectKey{Namespace: d.Namespace, Name: journalName}, &j)
	switch {
	case apierrors.IsNotFound(err):
		return []Finding{{part, Warning, "there is none yet; the first change makes it", "if organizations exist already, look at the operator's log"}}
	case err != nil:
		return unseen(part, err)
	case j.Data["uid"] != string(j.UID):
		return []Finding{{part, Fault, "it is closed, because it was made anew, restored or edited: no change that needs it is admitted",
			"wait: the operator opens it once every change that was admitted before is stored or given up; do not edit it"}}
	}
	entries := strings.Count(j.Data["entries"], "\n")
	return []Finding{{part, OK, fmt.Sprintf("it is open; changes in flight: %d", entries), ""}}
}
