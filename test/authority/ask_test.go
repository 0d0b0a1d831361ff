// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// ask makes a request of the table as somebody. A dry run leaves the world as it is.
func ask(ctx context.Context, as client.Client, kind string, r *Request, dryRun bool) error {
	subject := r.Subject().DeepCopyObject().(client.Object)
	within, named := client.InNamespace(subject.GetNamespace()), client.MatchingFields{"metadata.name": subject.GetName()}
	all := &client.PatchOptions{}
	if dryRun {
		all.DryRun = []string{"All"}
	}
	switch r.Verb {
	case Create:
		made := bare(r.After)
		err := as.Create(ctx, made, &client.CreateOptions{DryRun: all.DryRun})
		if err == nil {
			r.After.SetName(made.GetName()) // the API server gives an answer its name
		}
		return err
	case Patch:
		patch, err := client.MergeFrom(r.Before).Data(r.After)
		if err != nil {
			return err
		}
		return as.Patch(ctx, subject, client.RawPatch(types.MergePatchType, patch), all)
	case Delete:
		return as.Delete(ctx, subject, &client.DeleteOptions{DryRun: all.DryRun})
	case DeleteCollection:
		return as.DeleteAllOf(ctx, subject, within, named, &client.DeleteAllOfOptions{DeleteOptions: client.DeleteOptions{DryRun: all.DryRun}})
	case Get:
		return as.Get(ctx, client.ObjectKeyFromObject(subject), subject)
	case List:
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
		return as.List(ctx, list, within)
	case Status:
		patch := client.RawPatch(types.MergePatchType, []byte(`{"status":{"observedGeneration":1}}`))
		return as.Status().Patch(ctx, subject, patch, &client.SubResourcePatchOptions{PatchOptions: *all})
	}
	return fmt.Errorf("no such verb: %s", r.Verb)
}

// answered makes a request until its answer is final, and returns that as a cell of the table shows it.
func answered(ctx context.Context, as client.Client, kind string, r *Request, dryRun bool) string {
	err := lab.Insist(ctx, func() error { return ask(ctx, as, kind, r, dryRun) })
	switch {
	case err == nil:
		return "yes"
	case byRBAC.MatchString(err.Error()) && apierrors.IsForbidden(err):
		return "RBAC"
	case apierrors.IsForbidden(err) || apierrors.IsInvalid(err):
		if ids := citations(err.Error()); ids != "" {
			return ids
		}
	}
	return err.Error()
}

var (
	byRBAC   = regexp.MustCompile(`User ".*" cannot `)
	citation = regexp.MustCompile(`\[([A-Z][0-9]{1,2})\]`)
)

// citations are the rules that a refusal cites, each once.
func citations(message string) string {
	var ids []string
	for _, found := range citation.FindAllStringSubmatch(message, -1) {
		if id := found[1]; !strings.Contains(" "+strings.Join(ids, " ")+" ", " "+id+" ") {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " ")
}

// want is the answer in a cell: with the roles that are shipped, and where RBAC opens every door.
func (c Cell) want() (withRoles, withDoors string) {
	withDoors = c.Rule
	if c.Rule == "" {
		withDoors = "yes"
	}
	if !c.Door {
		return "RBAC", withDoors
	}
	return withDoors, withDoors
}
