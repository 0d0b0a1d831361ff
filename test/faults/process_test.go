// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/uuid"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// A replica in a process of its own is this very program. Variables name its kubeconfig, its certificate, and its port.
const (
	replicaVariable = "POLYORG_FAULTS_REPLICA"
	certsVariable   = "POLYORG_FAULTS_CERTIFICATES"
	portVariable    = "POLYORG_FAULTS_PORT"
)

// beReplica serves until the process is killed.
func beReplica(kubeconfig string) {
	if err := runReplica(kubeconfig); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runReplica(kubeconfig string) error {
	if err := clientgoscheme.AddToScheme(lab.Scheme); err != nil {
		return err
	}
	if err := v1alpha1.AddToScheme(lab.Scheme); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1
	port, err := strconv.Atoi(os.Getenv(portVariable))
	if err != nil {
		return err
	}
	r, err := assemble(config, port, os.Getenv(certsVariable))
	if err != nil {
		return err
	}
	return r.manager.Start(context.Background())
}

// review is the API server's question about the creation of an object by a platform actor.
func review(obj client.Object) *admissionv1.AdmissionReview {
	GinkgoHelper()
	kinds, _, err := lab.Scheme.ObjectKinds(obj)
	Expect(err).NotTo(HaveOccurred())
	obj.GetObjectKind().SetGroupVersionKind(kinds[0])
	obj.SetUID(uuid.NewUUID())
	raw, err := json.Marshal(obj)
	Expect(err).NotTo(HaveOccurred())
	return &admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: uuid.NewUUID(), Operation: admissionv1.Create, Name: obj.GetName(), Namespace: obj.GetNamespace(),
			Kind:     metav1.GroupVersionKind{Group: kinds[0].Group, Version: kinds[0].Version, Kind: kinds[0].Kind},
			UserInfo: authenticationv1.UserInfo{Username: "admin", Groups: []string{"system:masters", "system:authenticated"}},
			Object:   runtime.RawExtension{Raw: raw},
		},
	}
}

// by changes a review's user to a person who signed in.
func by(email string, what *admissionv1.AdmissionReview) *admissionv1.AdmissionReview {
	what.Request.UserInfo = authenticationv1.UserInfo{Username: email, Groups: []string{lab.People, "system:authenticated"}}
	return what
}

// change is the API server's question about a change of a stored object.
func change(before, after client.Object) *admissionv1.AdmissionReview {
	GinkgoHelper()
	what := review(after)
	after.SetUID(before.GetUID())
	var err error
	what.Request.OldObject.Raw, err = json.Marshal(before)
	Expect(err).NotTo(HaveOccurred())
	what.Request.Object.Raw, err = json.Marshal(after)
	Expect(err).NotTo(HaveOccurred())
	what.Request.Operation = admissionv1.Update
	return what
}

// direct sends requests to replicas without the API server.
var direct = &http.Client{
	Timeout:   20 * time.Second,
	Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // this test's own server
}

// ask sends a review to one replica, past the API server. So an admitted change is never stored.
func ask(ctx context.Context, r *replica, what *admissionv1.AdmissionReview) (*admissionv1.AdmissionResponse, error) {
	body, err := json.Marshal(what)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.address.String()+"/validate", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := direct.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer := &admissionv1.AdmissionReview{}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return nil, err
	}
	return answer.Response, nil
}
