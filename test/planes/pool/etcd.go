// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
)

// etcd is a client of one etcd by its JSON gateway. It needs much less than a gRPC client would bring along.
type etcd struct{ client *http.Client }

// atOnce is how many changes etcd takes in one transaction.
const atOnce = 128

// newEtcd is the etcd of the control plane in a folder, which listens on a socket there.
func newEtcd(dir string) etcd {
	socket := filepath.Join(dir, "etcd-clients:0")
	return etcd{&http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}}
}

// pair is a key, its value if that was asked for, and the revision of its last write.
type pair struct {
	key      string
	value    []byte
	revision int64
	created  int64 // the revision of its first write
}

// change puts a value, or removes the key if there is none. It has a revision once it is made.
type change struct {
	key      string
	value    []byte
	revision int64
}

// list returns all keys that begin with a prefix.
func (e etcd) list(ctx context.Context, prefix string, values bool) ([]pair, error) {
	end := []byte(prefix)
	end[len(end)-1]++
	request := map[string]any{"key": []byte(prefix), "range_end": end, "keys_only": !values}
	var answer struct {
		KVs []struct {
			Key, Value     []byte
			ModRevision    int64 `json:"mod_revision,string"`
			CreateRevision int64 `json:"create_revision,string"`
		}
	}
	if err := e.call(ctx, "range", request, &answer); err != nil {
		return nil, err
	}
	all := make([]pair, len(answer.KVs))
	for i, kv := range answer.KVs {
		all[i] = pair{string(kv.Key), kv.Value, kv.ModRevision, kv.CreateRevision}
	}
	return all, nil
}

// apply makes changes, many at a time.
func (e etcd) apply(ctx context.Context, changes []change) error {
	for some := range slices.Chunk(changes, atOnce) {
		var operations []any
		for _, c := range some {
			if c.value == nil {
				operations = append(operations, map[string]any{"request_delete_range": map[string]any{"key": []byte(c.key)}})
			} else {
				operations = append(operations, map[string]any{"request_put": map[string]any{"key": []byte(c.key), "value": c.value}})
			}
		}
		var answer struct {
			Header struct {
				Revision int64 `json:",string"`
			}
		}
		if err := e.call(ctx, "txn", map[string]any{"success": operations}, &answer); err != nil {
			return err
		}
		for i := range some {
			some[i].revision = answer.Header.Revision
		}
	}
	return nil
}

func (e etcd) call(ctx context.Context, what string, request, answer any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://etcd/v3/kv/"+what, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := e.client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(response.Body)
		return fmt.Errorf("etcd answers %s: %s", response.Status, why)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
