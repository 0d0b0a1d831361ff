// SPDX-License-Identifier: Apache-2.0

package show

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// customDomain says how far the claim to a custom domain holds (A8).
func customDomain(o *v1alpha1.Organization) string {
	s := o.Status.CustomDomain
	if s == nil {
		return ""
	}
	ready := meta.IsStatusConditionTrue(o.Status.Conditions, v1alpha1.ConditionCustomDomainReady)
	switch {
	case s.State == v1alpha1.CustomDomainProvisional:
		return fmt.Sprintf("%s is not served until the DNS record below proves it; the claim ends %s", s.Host, instant(s.EndsAt))
	case s.State == v1alpha1.CustomDomainLapsed:
		return fmt.Sprintf("%s is not served; the claim ended %s", s.Host, instant(s.EndsAt))
	case !ready:
		return s.Host + " is proved, and is not free"
	case s.State == v1alpha1.CustomDomainMissing:
		return fmt.Sprintf("%s is lost %s unless the DNS record below comes back", s.Host, instant(s.EndsAt))
	case s.Waived:
		return s.Host + ", without proof"
	}
	return s.Host + ", proved"
}

// domainRecord is the DNS record that proves a custom domain, in the form of a zone file.
func domainRecord(s *v1alpha1.CustomDomainStatus) string {
	if s == nil || s.Waived {
		return ""
	}
	return fmt.Sprintf("%s. TXT %q", s.Record.Name, s.Record.Value)
}

// domainLook says why the last look-up did not find the record.
func domainLook(s *v1alpha1.CustomDomainStatus) string {
	if s == nil || s.Waived || s.LastLook == nil || s.LastLook.Message == "" {
		return ""
	}
	return fmt.Sprintf("%s: %s", instant(&s.LastLook.At), s.LastLook.Message)
}
