// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/mail"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/mail/brand/follow"
)

// branding is how e-mails and pages look at any moment.
type branding struct {
	now func() *brand.Brand
	// follower follows the ConfigMap; nil without one: then nothing changes.
	follower *follow.Follower
}

func newBranding(mgr manager.Manager, kube *rest.Config, cfg *config.OperatorConfig, live client.Client) (branding, error) {
	settings, err := settingsOf(cfg.Mail)
	if err != nil {
		return branding{}, err
	}
	if cfg.Mail == nil || cfg.Mail.ConfigMap == "" {
		builtIn, err := brand.BuiltIn(settings)
		return branding{now: func() *brand.Brand { return builtIn }}, err
	}
	key := types.NamespacedName{Namespace: cfg.LeaderElection.Namespace, Name: cfg.Mail.ConfigMap}
	follower, err := follow.New(kube, live, key, settings)
	if err != nil {
		return branding{}, err
	}
	return branding{follower.Brand, follower}, mgr.Add(follower)
}

func settingsOf(m *config.Mail) (brand.Settings, error) {
	if m == nil {
		return brand.Settings{}, nil
	}
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return brand.Settings{}, err
	}
	return brand.Settings{From: *from, ReplyToInviter: m.ReplyToInviter}, nil
}
