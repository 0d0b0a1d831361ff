// SPDX-License-Identifier: Apache-2.0

// Package respond serves the page behind the link in an invitation's e-mail. A GET shows the invitation and changes nothing, so that scanners
// and previews of e-mails do no harm. A POST creates an InvitationResponse, and admission judges it as any other answer (I7, I11).
package respond
