// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/tally"
)

// ingress: a controller takes the Ingresses of organizations.
func (d *Doctor) ingress(ctx context.Context) []Finding {
	const part = "ingress"
	var classes networkingv1.IngressClassList
	if err := d.Client.List(ctx, &classes); err != nil {
		return unseen(part, err)
	}
	if f := d.class(classes.Items); f != nil {
		return []Finding{*f}
	}
	total, waiting := 0, ""
	unserved := 0
	err := tally.Each(ctx, d.Client, &networkingv1.IngressList{}, func(i *networkingv1.Ingress) {
		total++
		if len(i.Status.LoadBalancer.Ingress) == 0 {
			unserved++
			waiting = i.Labels[v1alpha1.OrganizationLabel]
		}
	}, client.HasLabels{v1alpha1.OrganizationLabel})
	switch {
	case err != nil:
		return unseen(part, err)
	case unserved > 0:
		return []Finding{{part, Warning, fmt.Sprintf("%d of %d Ingresses have no address yet, for example that of %s", unserved, total, waiting),
			"see that the Ingress controller runs, and look at its log"}}
	}
	return []Finding{{part, OK, fmt.Sprintf("%d Ingresses have an address", total), ""}}
}

// class finds fault with the class of Ingresses, if there is any.
func (d *Doctor) class(classes []networkingv1.IngressClass) *Finding {
	const part = "ingress"
	wanted := ""
	if d.config != nil {
		wanted = d.config.Ingress.ClassName
	}
	for _, c := range classes {
		isDefault := c.Annotations[networkingv1.AnnotationIsDefaultIngressClass] == "true"
		if wanted == c.Name || wanted == "" && isDefault {
			return nil
		}
	}
	if wanted == "" {
		return &Finding{part, Warning, "no IngressClass is the cluster's default, so no controller may serve the access URLs",
			"install an Ingress controller, or name its class in ingress.className of the operator's configuration"}
	}
	return &Finding{part, Fault, fmt.Sprintf("there is no IngressClass %q, so nothing serves the access URLs", wanted),
		"install that Ingress controller, or correct ingress.className in the operator's configuration"}
}
