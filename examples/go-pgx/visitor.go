package main

import (
	"context"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

const authenticate = "SELECT hcjwt.authenticate($1)" // bound by the server, so not logged

// queryAsVisitor reads the rows of one statement, in one round trip, which is one transaction:
// where authenticate fails, the server skips the statement behind it.  No token: anonymous.
// The rest is as in pgx's own QueryFunc.
func queryAsVisitor(ctx context.Context, pool *pgxpool.Pool, token *string, sql string, args, scans []any,
	row func(pgx.QueryFuncRow) error) error {
	batch := &pgx.Batch{}
	batch.Queue(authenticate, token)
	batch.Queue(sql, args...)
	results := pool.SendBatch(ctx, batch)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return err
	}
	_, err := results.QueryFunc(scans, row)
	return err
}

// asVisitor is for several statements, and code between them.
func asVisitor(ctx context.Context, pool *pgxpool.Pool, token *string, work func(pgx.Tx) error) error {
	return pool.BeginFunc(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, authenticate, token); err != nil {
			return err
		}
		return work(tx)
	})
}
