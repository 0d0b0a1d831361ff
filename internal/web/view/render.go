// SPDX-License-Identifier: Apache-2.0

package view

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	htmltemplate "html/template"
	"io"
	texttemplate "text/template"

	"github.com/polyorg/polyorg/internal/locale/visible"
	"github.com/polyorg/polyorg/internal/mail"
)

//go:embed templates
var templates embed.FS

// StylePath is where the caller serves Style. Pages ask for it with a query that changes with its content, so it can be cached for ever.
const StylePath = "/style.css"

// Renderer writes pages. It is safe for concurrent use.
type Renderer struct {
	// Style is the style sheet, for StylePath.
	Style []byte
	// StyleHash is that of its content. It may serve as its ETag.
	StyleHash string

	platform string
	page     *htmltemplate.Template
}

// NewRenderer writes pages in the look of the e-mails. The logo is left out, because a page loads nothing from elsewhere.
func NewRenderer(look mail.Look) (*Renderer, error) {
	design, err := look.Design()
	if err != nil {
		return nil, err
	}
	page, err := htmltemplate.ParseFS(templates, "templates/page.html")
	if err != nil {
		return nil, err
	}
	style, err := styleOf(design)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(style)
	return &Renderer{style, hex.EncodeToString(hash[:8]), visible.Isolated(design.Platform), page}, nil
}

// styleOf is the style sheet in the colours of a design.
func styleOf(d mail.Design) ([]byte, error) {
	t, err := texttemplate.ParseFS(templates, "templates/style.css")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, d)
	return b.Bytes(), err
}

// Render writes a page, all of it or nothing. The errors show no value of the page.
func (r *Renderer) Render(w io.Writer, p Page) error {
	if err := p.check(); err != nil {
		return err
	}
	v, err := newValues(p)
	if err != nil {
		return err
	}
	v.Platform, v.Style = r.platform, p.Base+StylePath+"?v="+r.StyleHash
	var b bytes.Buffer
	if err := r.page.Execute(&b, v); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}
