// SPDX-License-Identifier: Apache-2.0

// Package service makes this process the back end of a Service. In a control plane on loopback, ClusterIPs are loopback addresses: whoever
// listens at one is the Service. No root is needed, and no EndpointSlice, which could not name a loopback address anyway.
package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Listen makes a Service with one port, and its namespace where that is not there, and listens at its ClusterIP. A Service of the name that is
// there already must have that port.
func Listen(ctx context.Context, c client.Client, namespace, name string, port int32) (net.Listener, error) {
	space := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	if err := c.Create(ctx, space); err != nil && !apierrors.IsAlreadyExists(err) {
		return nil, err
	}
	s := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: port}}},
	}
	if err := c.Create(ctx, s); err != nil {
		if !apierrors.IsAlreadyExists(err) {
			return nil, err
		}
		if err := c.Get(ctx, client.ObjectKeyFromObject(s), s); err != nil {
			return nil, err
		}
	}
	return at(s, port)
}

func at(s *corev1.Service, port int32) (net.Listener, error) {
	ip := net.ParseIP(s.Spec.ClusterIP)
	if len(s.Spec.Ports) != 1 || s.Spec.Ports[0].Port != port {
		return nil, fmt.Errorf("the Service %s/%s has other ports than %d", s.Namespace, s.Name, port)
	}
	if ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("the Service %s/%s has the ClusterIP %q, which is not of this machine", s.Namespace, s.Name, s.Spec.ClusterIP)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), strconv.Itoa(int(port))))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("be the Service %s/%s", s.Namespace, s.Name), err)
	}
	return l, nil
}
