// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/gateway"
	"github.com/polyorg/polyorg/internal/route/ingress"
)

// printed are the objects of a plan.
type printed struct{ helpers, routes []*unstructured.Unstructured }

// printer prints plans for the mode of the configuration.
type printer struct {
	print func(route.Plan) (printed, error)
}

func newPrinter(i *config.Ingress) (printer, error) {
	if i.Mode == config.RouteByGateway {
		g, err := gateway.NewPrinter(i)
		return printer{func(p route.Plan) (printed, error) { return ofGateway(g.Print(p)) }}, err
	}
	n, err := ingress.NewPrinter(i)
	return printer{func(p route.Plan) (printed, error) { return ofIngress(n.Print(p)) }}, err
}

func ofGateway(o gateway.Objects, err error) (printed, error) {
	if err != nil {
		return printed{}, err
	}
	grants, err := plain(o.Grants)
	if err != nil {
		return printed{}, err
	}
	routes, err := plain(o.Routes)
	return printed{append(grants, o.Middlewares...), routes}, err
}

func ofIngress(o ingress.Objects, err error) (printed, error) {
	if err != nil {
		return printed{}, err
	}
	routes, err := plain(o.Ingresses)
	return printed{o.Middlewares, routes}, err
}

// plain gives objects of all kinds one form.
func plain[A any](configurations []A) ([]*unstructured.Unstructured, error) {
	objects := make([]*unstructured.Unstructured, len(configurations))
	for i, c := range configurations {
		text, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("print a route: %w", err)
		}
		objects[i] = &unstructured.Unstructured{}
		if err := utiljson.Unmarshal(text, &objects[i].Object); err != nil {
			return nil, fmt.Errorf("print a route: %w", err)
		}
	}
	return objects, nil
}

// hostsOf are the hosts of an Ingress or an HTTPRoute.
func hostsOf(object map[string]any) []string {
	hosts, _, _ := unstructured.NestedStringSlice(object, "spec", "hostnames")
	rules, _, _ := unstructured.NestedSlice(object, "spec", "rules")
	for _, rule := range rules {
		if r, ok := rule.(map[string]any); ok {
			if host, ok := r["host"].(string); ok {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}
