// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// verdict is the health of one object by two judges: kstatus, which is Flux's, and Argo CD with its script.
type verdict struct {
	kstatus status.Status
	argo    string
}

// The judges of each verdict agree, each in its own words.
var (
	inProgress = verdict{status.InProgressStatus, "Progressing"}
	current    = verdict{status.CurrentStatus, "Healthy"}
	failed     = verdict{status.FailedStatus, "Degraded"}
	// Argo CD does not ask for the health of an object that is being deleted.
	terminating = verdict{status.TerminatingStatus, "Progressing"}
	// off is an object that has no effect, as its spec wants. kstatus has no word for that, but nothing is under way.
	off = verdict{status.CurrentStatus, "Suspended"}
)

func verdictOf(o *unstructured.Unstructured) (v verdict, err error) {
	result, err := status.Compute(o)
	if err != nil {
		return v, err
	}
	v.kstatus = result.Status
	v.argo, err = argoVerdict(o)
	return v, err
}

// script is the script of config/samples/gitops/argocd for all kinds of the group.
var script = func() string {
	var config struct {
		Data map[string]string `json:"data"`
	}
	read("argocd/argocd-cm.yaml", &config)
	var customizations map[string]map[string]string
	if err := yaml.UnmarshalStrict([]byte(config.Data["resource.customizations"]), &customizations); err != nil {
		panic(err)
	}
	return customizations["polyorg.io/*"]["health.lua"]
}()

// argoVerdict runs the script as Argo CD does: the object is the global obj, and only a few libraries are open.
func argoVerdict(o *unstructured.Unstructured) (string, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	if err := state.CallByParam(lua.P{Fn: state.NewFunction(lua.OpenBase), Protect: true}, lua.LString(lua.BaseLibName)); err != nil {
		return "", err
	}
	state.SetGlobal("obj", toLua(state, o.Object))
	if err := state.DoString(script); err != nil {
		return "", err
	}
	answer, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return "", fmt.Errorf("the script answers %s", state.Get(-1))
	}
	if answer.RawGetString("message").String() == "" {
		return "", fmt.Errorf("the script gives no message")
	}
	return answer.RawGetString("status").String(), nil
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for key, item := range v {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, item := range v {
			table.Append(toLua(state, item))
		}
		return table
	case string:
		return lua.LString(v)
	case bool:
		return lua.LBool(v)
	case int64:
		return lua.LNumber(v)
	case float64:
		return lua.LNumber(v)
	}
	return lua.LNil
}

func read(sample string, into any) {
	data, err := os.ReadFile(filepath.Join(samples, sample))
	if err == nil {
		err = yaml.Unmarshal(data, into)
	}
	if err != nil {
		panic(err)
	}
}

// health is all judges' verdict on an object in the cluster.
func (c *cluster) health(ctx SpecContext, g Gomega, o *unstructured.Unstructured) verdict {
	GinkgoHelper()
	live := c.live(ctx, o)
	g.Expect(live).NotTo(BeNil(), id(o))
	v, err := verdictOf(live)
	g.Expect(err).NotTo(HaveOccurred(), id(o))
	return v
}

// eventuallyHealthy returns when everything is as the folder wants it.
func (c *cluster) eventuallyHealthy(ctx SpecContext, f folder) {
	GinkgoHelper()
	for _, o := range f.but("Namespace") {
		Eventually(func(g Gomega) {
			g.Expect(c.health(ctx, g, o)).To(Equal(wanted(o)), id(o))
		}).WithContext(ctx).Should(Succeed())
	}
}

// wanted is the verdict on an object that is as its spec wants it.
func wanted(o *unstructured.Unstructured) verdict {
	if suspended, _, _ := unstructured.NestedBool(o.Object, "spec", "suspended"); suspended {
		return off
	}
	return current
}
