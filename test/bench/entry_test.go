// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"testing"
	"time"
)

func TestEntriesAreSplitWhereTheRouteIsStored(t *testing.T) {
	s := summarizeEntries("x", []entry{{200 * time.Millisecond, 100 * time.Millisecond}, {300 * time.Millisecond, 50 * time.Millisecond}})
	if s.Organizations != 2 || s.Entered.P99 != 350 || s.Operator.P99 != 300 || s.Controller.P99 != 100 {
		t.Errorf("got %+v", s)
	}
}

func TestWritesOfABurst(t *testing.T) {
	before := requests{"POST organizations 201": 1, "PATCH ingresses 200": 5}
	after := requests{
		"POST organizations 201": 11, "PATCH ingresses 200": 15, "PATCH ingresses 201": 10, "PUT ingresses/status 200": 20,
		"PUT leases 200": 7, "GET ingresses 200": 100, "POST namespaces 201": 10,
	}
	b := ServingBurst{Organizations: 10}
	b.count(after, before)
	if math.Abs(b.Writes-3) > 1e-9 {
		t.Errorf("want an Ingress made, an Ingress changed and a namespace made for each, got %v of %v", b.Writes, b.Requests)
	}
	if b.Requests["PUT ingresses/status 200"] != 2 || b.Requests["POST organizations 201"] != 1 {
		t.Errorf("the page shows those of others too, got %v", b.Requests)
	}
}

func TestSizesOfEntriesThatMeasureNothing(t *testing.T) {
	good := entering{single: 1, applied: 1, burst: 1, steady: time.Second}
	if err := good.check(); err != nil {
		t.Error(err)
	}
	for _, bad := range []entering{{}, {single: 1, applied: 1, steady: time.Second}, {single: 1, applied: 1, burst: 1}} {
		if bad.check() == nil {
			t.Errorf("%+v measures nothing", bad)
		}
	}
}
