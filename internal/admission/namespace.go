// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// ends is the organization that a change ends; nil where it ends none. A second deletion of an organization that is being deleted ends
// nothing: a protected one lives on.
func ends(before, after client.Object) *v1alpha1.Organization {
	was, ok := before.(*v1alpha1.Organization)
	if !ok || rules.Ending(was) {
		return nil
	}
	if is, ok := after.(*v1alpha1.Organization); ok && !rules.Ending(is) {
		return nil
	}
	if again := after == nil && was.DeletionTimestamp != nil; again {
		return nil
	}
	return was
}

//+kubebuilder:rbac:groups="",resources=namespaces,verbs=patch

// openNamespace allows the deletion of an organization's namespace, before the answer that admits the organization's end. The next request
// of the same tool may be for the namespace, and no controller is as fast (docs/adr, namespaces that end). If this fails, the controller
// does it a moment later. If the organization lives on, the controller undoes it.
func (v *Validator) openNamespace(ctx context.Context, org *v1alpha1.Organization) {
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.NamespacePrefix + org.Name}}
	patch, err := openingPatch(org.UID, v.Clock.Now().Unix())
	if err == nil {
		err = v.Journal.Client.Patch(ctx, ns, client.RawPatch(types.JSONPatchType, patch), client.FieldOwner(v1alpha1.FieldOwner))
	}
	unmarked := apierrors.IsNotFound(err) || apierrors.IsInvalid(err) // nothing guards it
	if err != nil && !unmarked {
		ctrl.LoggerFrom(ctx).Error(err, "Cannot let the namespace go yet", "organization", org.Name)
	}
}

// openingPatch changes only a namespace that is marked as this very organization's.
func openingPatch(uid types.UID, now int64) ([]byte, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value string `json:"value"`
	}
	label := func(key string) string { return "/metadata/labels/" + strings.ReplaceAll(key, "/", "~1") }
	return json.Marshal([]operation{
		{"test", label(v1alpha1.OrganizationUIDLabel), string(uid)},
		{"add", label(v1alpha1.OrganizationEndingLabel), strconv.FormatInt(now, 10)},
	})
}
