# The workshop of Polyorg. `make help` lists what it can do.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Where kube-apiserver, etcd, kube-controller-manager and kubectl are; your own when KUBEBUILDER_ASSETS is set.
ASSETS := $(or $(KUBEBUILDER_ASSETS),$(CURDIR)/bin/controlplane)
KUBECTL := $(ASSETS)/kubectl
TOOLS := bin/tools
CONTROLLER_GEN := $(TOOLS)/controller-gen
GOLANGCI_LINT := $(TOOLS)/golangci-lint-kube-api-linter

# A cluster of yours is touched only when you name it: `make run KUBECONFIG=…`, never because the environment does.
CLUSTER := $(if $(filter command line,$(origin KUBECONFIG)),$(abspath $(KUBECONFIG)))
unexport KUBECONFIG

##@ Every day

.PHONY: help
help: ## Show this list.
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Run everything here until Ctrl-C; INGRESS=traefik lets a browser enter, KUBECONFIG=… uses that cluster, DNS=address:port that resolver.
	@hack/progress.sh $(MAKE) -j3 build controlplane $(if $(filter traefik,$(INGRESS)),traefik)
	@exec bin/sandbox run $(if $(CLUSTER),--kubeconfig='$(CLUSTER)') $(if $(INGRESS),--ingress='$(INGRESS)') $(if $(DNS),--dns-resolver='$(DNS)')

.PHONY: test
test: controlplane traefik ## Run the unit tests, with the race detector, and the integration tests.
	@hack/test.sh

.PHONY: test-long
test-long: controlplane build helm traefik ## Run what takes minutes, one step after another; ONLY=faults runs that step, ALL=yes what CI runs besides.
	@POLYORG_MANAGER=$(CURDIR)/bin/manager POLYORG_PLUGIN=$(CURDIR)/bin/kubectl-polyorg go run ./hack/long $(if $(ONLY),-only '$(ONLY)') $(if $(ALL),-all) $(if $(FUZZTIME),-fuzz $(FUZZTIME))

.PHONY: mutants
mutants: ## Switch off one rule of the journal's protocol after another; its simulation must notice each time.
	@go run ./hack/mutants $(if $(SEEDS),-seeds $(SEEDS))

.PHONY: bench
bench: build controlplane $(if $(filter serving,$(BENCH)),traefik) ## Measure what admission costs (docs/benchmarks); BENCH=quick, scale, access, storm, answers, review, expiry, mail, serving or profile measures something else.
	@hack/bench.sh $(BENCH)

.PHONY: lint
lint: linter ## Check the code, the import directions and the API conventions.
	$(GOLANGCI_LINT) run
	$(GOLANGCI_LINT) run --config .golangci-kal.yml ./api/...

.PHONY: verify
verify: controlplane ## Regenerate, tidy, format and lint; fail if that changes a file or one is not in git.
	@KUBECTL=$(KUBECTL) hack/verify.sh

##@ What is generated

.PHONY: generate
generate: generators ## Write the deep copies of the API types.
	$(CONTROLLER_GEN) object:headerFile=hack/boilerplate.go.txt paths=./api/...

.PHONY: manifests
manifests: generators ## Write CRDs, the operator's role and the webhook configurations from the markers in the code.
	$(CONTROLLER_GEN) crd paths=./api/... output:crd:dir=config/crd/bases
	$(CONTROLLER_GEN) rbac:roleName=polyorg-operator 'paths={./controllers/...,./internal/...}' output:rbac:dir=config/rbac
	$(CONTROLLER_GEN) webhook paths=./internal/admission/... output:webhook:dir=config/webhook

.PHONY: docs
docs: generators ## Write the references (API, configuration, who may do what, rules, integrations, plug-in) and the tables of benchmarks.
	mkdir -p docs/reference
	$(TOOLS)/crd-ref-docs --source-path=api --config=hack/docs/crd-ref-docs.yaml --renderer=markdown \
	  --output-path=docs/reference/api.md --log-level=WARN
	go run ./hack/configuration
	go run ./hack/authority
	go run ./hack/rulebook
	go run ./hack/plugin
	cd hack/bench && go run . ../../docs/benchmarks

.PHONY: pictures
pictures: ## Take the pictures of the e-mail and of its page again, with Chromium, into docs/images; ENTERED=URL takes that of an organization.
	@hack/needs.sh test/browser
	go run -C test/browser ./pictures ../../docs/images webp $(ENTERED)

.PHONY: fmt
fmt: linter ## Format the Go code.
	$(GOLANGCI_LINT) fmt

##@ What is built

.PHONY: build
build: ## Build the operator, the sandbox and kubectl's plug-in into bin/.
	@mkdir -p bin
	@hack/compile.sh -o bin/ ./cmd/...

.PHONY: plugin
plugin: ## Build kubectl's plug-in alone: put bin/kubectl-polyorg into your PATH.
	@mkdir -p bin
	@hack/compile.sh -o bin/ ./cmd/kubectl-polyorg

.PHONY: krew
krew: ## Build the plug-in for all platforms, with its krew manifest, into dist/; VERSION=v0.1.0 names the release.
	@hack/krew.sh "$(VERSION)"

.PHONY: controlplane
controlplane: ## Build etcd, kube-apiserver, kube-controller-manager and kubectl, unless KUBEBUILDER_ASSETS is set.
	@$(if $(KUBEBUILDER_ASSETS),true,hack/controlplane/build.sh bin/controlplane)

.PHONY: traefik
traefik: ## Build the ingress controller Traefik, which serves access URLs in `make run` and in tests.
	@hack/traefik/build.sh bin/traefik

.PHONY: tools
tools: generators linter ## Build the generators and the linter into bin/tools.

.PHONY: generators
generators:
	@hack/tools/build.sh hack/tools $(TOOLS)

.PHONY: linter
linter:
	@hack/tools/build.sh hack/tools/lint $(TOOLS)

.PHONY: helm
helm: # what test/helm runs; some minutes on a cold machine, so only the long tests need it
	@hack/tools/build.sh hack/tools/helm $(TOOLS)

.PHONY: clean
clean: ## Remove what builds and tests left; keep the control plane and the tools, which take minutes.
	rm -rf bin/manager bin/sandbox bin/kubectl-polyorg bin/planes bin/race dist

##@ A cluster

.PHONY: uninstall
uninstall: ## Remove Polyorg from the cluster KUBECONFIG=…; refused while it has organizations. It needs no more than kubectl.
	@hack/uninstall.sh "$(CLUSTER)" $(if $(filter command line,$(origin KUBECTL)),'$(KUBECTL)')
