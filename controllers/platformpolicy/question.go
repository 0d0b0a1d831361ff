// SPDX-License-Identifier: Apache-2.0

package platformpolicy

import (
	"context"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// refusal begins the API server's message when our webhook refused, or asked to try again.
const refusal = `admission webhook "validate.polyorg.io" denied the request`

// +kubebuilder:rbac:groups=polyorg.io,resources=users,verbs=create

// ask sends the API server, as a dry run, a request that Polyorg always refuses and nothing else does. It is a User whose name does not
// follow from its e-mail address (U1).
func (e *Enforcement) ask(ctx context.Context) (admitted bool, err error) {
	err = e.client.Create(ctx, &v1alpha1.User{
		ObjectMeta: metav1.ObjectMeta{Name: "enforcement-check.polyorg.invalid"},
		Spec:       v1alpha1.UserSpec{Email: "enforcement-check@polyorg.invalid"},
	}, client.DryRunAll)
	switch {
	case err == nil:
		return true, nil
	case strings.Contains(err.Error(), refusal):
		return false, nil
	}
	return false, err
}
