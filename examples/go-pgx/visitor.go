package main

import (
	"net/http"
	"regexp"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

const authenticate = "SELECT hcjwt.authenticate($1)" // bound by the server, so not logged

var scheme = regexp.MustCompile("^(?i:Bearer) +")

// tokenOf is nil for an anonymous visitor.  What is not "Bearer TOKEN" is no token, and the database says so.
func tokenOf(r *http.Request) *string {
	if header := r.Header.Values("Authorization"); header != nil {
		token := scheme.ReplaceAllString(header[0], "")
		return &token
	}
	return nil
}

// queryAsVisitor reads the rows of one statement, in one round trip, which is one transaction:
// where authenticate fails, the server skips the statement behind it.
func queryAsVisitor(r *http.Request, pool *pgxpool.Pool, statement string,
	scans []interface{}, row func(pgx.QueryFuncRow) error) error {
	batch := &pgx.Batch{}
	batch.Queue(authenticate, tokenOf(r))
	batch.Queue(statement)
	results := pool.SendBatch(r.Context(), batch)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return err
	}
	_, err := results.QueryFunc(scans, row)
	return err
}

// asVisitor is for several statements, and code between them.
func asVisitor(r *http.Request, pool *pgxpool.Pool, work func(pgx.Tx) error) error {
	return pool.BeginFunc(r.Context(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(r.Context(), authenticate, tokenOf(r)); err != nil {
			return err
		}
		return work(tx)
	})
}
