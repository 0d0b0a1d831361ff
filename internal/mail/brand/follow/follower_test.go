// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/polyorg/polyorg/internal/mail/brand"
)

var (
	key      = types.NamespacedName{Namespace: "polyorg-system", Name: "look"}
	settings = brand.Settings{From: mail.Address{Address: "crm@example.com"}}
)

func configMap(name, platform string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: name}, Data: map[string]string{brand.KeyPlatform: platform}}
}

// cluster knows that a ConfigMap is in a namespace.
func cluster() *fake.ClientBuilder {
	mapper := meta.NewDefaultRESTMapper(nil)
	mapper.Add(corev1.SchemeGroupVersion.WithKind("ConfigMap"), meta.RESTScopeNamespace)
	return fake.NewClientBuilder().WithRESTMapper(mapper)
}

// followed is a replica that has just started over some objects.
func followed(t *testing.T, objects ...client.Object) (*Follower, client.Client) {
	t.Helper()
	c := cluster().WithObjects(objects...).Build()
	return over(t, c), c
}

// over has no watch: the test looks when it has changed something.
func over(t *testing.T, c client.Client) *Follower {
	t.Helper()
	f, err := New(&rest.Config{}, c, key, settings)
	if err != nil {
		t.Fatal(err)
	}
	f.seen = c
	return f
}

func look(t *testing.T, f *Follower) Verdict {
	t.Helper()
	if err := f.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, _ := f.Verdict()
	return v
}

// change applies another platform's name.
func change(t *testing.T, c client.Client, platform string) {
	t.Helper()
	var is corev1.ConfigMap
	if err := c.Get(t.Context(), key, &is); err != nil {
		t.Fatal(err)
	}
	is.Data[brand.KeyPlatform] = platform
	if err := c.Update(t.Context(), &is); err != nil {
		t.Fatal(err)
	}
}

const bad = "two\nlines"

func TestTheLastGoodOneStays(t *testing.T) {
	f, c := followed(t, configMap(key.Name, "Zylker"))
	if v := look(t, f); v.Problem != nil || f.Brand().Look.Platform != "Zylker" || gauge() != 1 {
		t.Fatalf("a good one: %+v, %+v, %v", v, f.Brand().Look, gauge())
	}
	change(t, c, bad)
	if v := look(t, f); v.Problem == nil || v.InForce[brand.KeyPlatform] != "Zylker" || f.Brand().Look.Platform != "Zylker" || gauge() != 0 {
		t.Errorf("a bad one: %+v, %+v, %v", v, f.Brand().Look, gauge())
	}
	change(t, c, "Zillum")
	if v := look(t, f); v.Problem != nil || f.Brand().Look.Platform != "Zillum" || gauge() != 1 {
		t.Errorf("a mended one: %+v, %+v, %v", v, f.Brand().Look, gauge())
	}
	if err := c.Delete(t.Context(), configMap(key.Name, "")); err != nil {
		t.Fatal(err)
	}
	if v := look(t, f); !errors.Is(v.Problem, ErrNotFound) || v.Of != nil || f.Brand().Look.Platform != "Zillum" || gauge() != 0 {
		t.Errorf("one that is deleted: %+v, %+v, %v", v, f.Brand().Look, gauge())
	}
}

// gauge is the value of the metric; -1 if it cannot be read.
func gauge() float64 {
	var m dto.Metric
	if err := valid.WithLabelValues().Write(&m); err != nil {
		return -1
	}
	return m.GetGauge().GetValue()
}

// The last good one stays for a replica that starts, too.
func TestAReplicaThatStarts(t *testing.T) {
	for sentence, tc := range map[string]struct {
		objects []client.Object
		want    string
		problem bool
	}{
		"finds a good one":                       {[]client.Object{configMap(key.Name, "Zylker"), configMap(Accepted, "Old")}, "Zylker", false},
		"finds a bad one, and the kept one":      {[]client.Object{configMap(key.Name, bad), configMap(Accepted, "Kept")}, "Kept", true},
		"finds none, and the kept one":           {[]client.Object{configMap(Accepted, "Kept")}, "Kept", true},
		"finds a bad one, and none that is kept": {[]client.Object{configMap(key.Name, bad)}, "", true},
		"finds two bad ones":                     {[]client.Object{configMap(key.Name, bad), configMap(Accepted, bad)}, "", true},
		"finds nothing":                          {nil, "", true},
	} {
		t.Run(sentence, func(t *testing.T) {
			f, _ := followed(t, tc.objects...)
			v := look(t, f)
			if got := f.Brand().Look.Platform; got != tc.want || (v.Problem != nil) != tc.problem {
				t.Errorf("got %q, %v", got, v.Problem)
			}
		})
	}
}

func TestKeep(t *testing.T) {
	f, c := followed(t)
	for _, platform := range []string{"Zylker", "Zylker", "Zillum"} {
		if err := f.Keep(t.Context(), configMap("", platform).Data); err != nil {
			t.Fatal(err)
		}
		var kept corev1.ConfigMap
		if err := c.Get(t.Context(), types.NamespacedName{Namespace: key.Namespace, Name: Accepted}, &kept); err != nil || kept.Data[brand.KeyPlatform] != platform {
			t.Errorf("kept %v, %v; want %s", kept.Data, err, platform)
		}
	}
}

func TestBinaryDataIsRefused(t *testing.T) {
	is := configMap(key.Name, "Zylker")
	is.BinaryData = map[string][]byte{brand.KeyHTML: {0xff}}
	f, _ := followed(t, is)
	if v := look(t, f); v.Problem == nil || !strings.Contains(v.Problem.Error(), "invitation.html: it is in binaryData") {
		t.Errorf("got %v", v.Problem)
	}
}

// A replica that cannot read says nothing of the ConfigMap, and looks again.
func TestAnErrorIsNoVerdict(t *testing.T) {
	broken := interceptor.Funcs{Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
		return errors.New("no")
	}}
	f := over(t, cluster().WithInterceptorFuncs(broken).Build())
	if err := f.look(t.Context()); err == nil {
		t.Error("want an error")
	}
	if v, _ := f.Verdict(); v.Judged {
		t.Errorf("got %+v", v)
	}
	within, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := f.Await(within); err == nil {
		t.Error("the first look is awaited no longer")
	}
}

func TestAVerdictIsToldOnce(t *testing.T) {
	f, c := followed(t, configMap(key.Name, "Zylker"))
	_, first := f.Verdict()
	look(t, f)
	select {
	case <-first:
	default:
		t.Error("nobody was told")
	}
	if err := f.Await(t.Context()); err != nil {
		t.Error(err)
	}
	_, next := f.Verdict()
	look(t, f)
	select {
	case <-next:
		t.Error("the same was told again")
	default:
	}
	change(t, c, "Zillum")
	look(t, f)
	select {
	case <-next:
	default:
		t.Error("the change was not told")
	}
}
