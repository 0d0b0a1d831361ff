// SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
)

func newResend(s *session.Session) *cobra.Command {
	i := &sent{acting: newActing(s)}
	return i.command(&cobra.Command{
		Use:   "resend EMAIL...",
		Short: "Send the e-mails of pending invitations again",
		Long: `Ask for the e-mail of pending invitations to be sent again. The deadline stays; links of
earlier e-mails stop working. An e-mail can be sent again 3 times, or as often as the platform
decided (I9).`,
		Example: `  kubectl polyorg resend bob@zylker.com`,
	}, func() string {
		return fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, v1alpha1.ResendRequestedAtAnnotation, time.Now().UTC().Format(time.RFC3339))
	}, "Asked to send the e-mail to %s from %s again. Its status says what came of it.")
}
