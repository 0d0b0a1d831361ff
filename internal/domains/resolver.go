// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	// systemFile names the resolvers of the system; mostServers is how many of them the system itself uses.
	systemFile  = "/etc/resolv.conf"
	mostServers = 3
	// udpSize is the longest answer that is asked for by UDP. It fits into one packet everywhere, so nobody can forge a part of it.
	udpSize = 1232
)

// Resolver looks challenges up. It is safe for concurrent use. It keeps nothing, so an answer is as old as the DNS resolver lets it be.
type Resolver struct {
	server     string // address:port; empty: those of systemFile
	systemFile string
	systemPort string
	timeout    time.Duration
}

// New is the resolver that a valid configuration describes.
func New(c config.Domains) *Resolver {
	return &Resolver{server: c.Resolver, systemFile: systemFile, systemPort: "53", timeout: c.Timeout.Duration}
}

// Look looks a challenge up. Where the result is Unknown, the error tells the platform more than the result tells the organization: which
// server did what. Else it is nil. Servers are asked in their order, until one answers; each gets its share of the time that is left.
func (r *Resolver) Look(ctx context.Context, c Challenge) (rules.DomainLook, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	servers, err := r.servers()
	if err != nil {
		return unknown("the platform has no DNS resolver to ask"), err
	}
	return r.each(ctx, servers, c)
}

// each asks servers until one answers.
func (r *Resolver) each(ctx context.Context, servers []string, c Challenge) (look rules.DomainLook, err error) {
	var errs []error
	for i, server := range servers {
		if look, err = r.ask(ctx, server, c, len(servers)-i); err == nil {
			return look, nil
		}
		errs = append(errs, fmt.Errorf("look up %s at %s: %w", c.Name, server, err))
	}
	return look, errors.Join(errs...)
}

// servers are the addresses to ask.
func (r *Resolver) servers() ([]string, error) {
	if r.server != "" {
		return []string{r.server}, nil
	}
	system, err := dns.ClientConfigFromFile(r.systemFile)
	if err != nil {
		return nil, err
	}
	var servers []string
	for _, address := range system.Servers {
		if _, err := netip.ParseAddr(address); err == nil && len(servers) < mostServers {
			servers = append(servers, net.JoinHostPort(address, r.systemPort))
		}
	}
	if len(servers) == 0 {
		return nil, fmt.Errorf("%s has no nameserver", r.systemFile)
	}
	return servers, nil
}

// ask asks one server of those that are left. The error is about a result that is Unknown.
func (r *Resolver) ask(ctx context.Context, server string, c Challenge, left int) (rules.DomainLook, error) {
	if deadline, ok := ctx.Deadline(); ok {
		share, cancel := context.WithTimeout(ctx, time.Until(deadline)/time.Duration(left))
		defer cancel()
		ctx = share
	}
	answer, err := r.query(ctx, server, c.Name)
	if err != nil {
		return failed(ctx, err), err
	}
	look := read(answer, c)
	if look.Answer == rules.DomainUnknown {
		return look, errors.New(look.Reason)
	}
	return look, nil
}

// failed says that there is no answer. A server that is slow is told from one that is not there.
func failed(ctx context.Context, err error) rules.DomainLook {
	var late net.Error
	var garbled *dns.Error
	switch {
	case ctx.Err() != nil, errors.As(err, &late) && late.Timeout():
		return unknown("the DNS resolver did not answer in time")
	case errors.As(err, &garbled):
		return unknown(garbledAnswer)
	}
	return unknown("the DNS resolver could not be reached")
}

// query asks for the TXT records of a name: by UDP, and by TCP where the answer is too long for that.
func (r *Resolver) query(ctx context.Context, server, name string) (*dns.Msg, error) {
	question := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeTXT).SetEdns0(udpSize, false)
	answer, err := r.exchange(ctx, "udp", server, question)
	if answer != nil && answer.Id == question.Id && answer.Truncated { // then what is there of it need not be whole
		return r.exchange(ctx, "tcp", server, question)
	}
	return answer, err
}

// exchange sends a question. It ends with the context, whatever comes from the server: also answers to other questions without end.
func (r *Resolver) exchange(ctx context.Context, network, server string, question *dns.Msg) (*dns.Msg, error) {
	client := dns.Client{Net: network, Timeout: r.timeout}
	conn, err := client.DialContext(ctx, server)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	answer, _, err := client.ExchangeWithConnContext(ctx, question, conn)
	return answer, err
}
