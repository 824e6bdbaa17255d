package main

import (
	"context"

	"github.com/jackc/pgx/v4"
)

// batcher is a pool, or a transaction for several statements and code between them.
type batcher interface {
	SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
}

// queryAsVisitor reads the row of a statement, in one round trip.  On a pool this is the whole
// transaction: where authenticate fails, the server skips the statement behind it.  In a
// transaction it is part of that.  The token "" is an anonymous visitor's.
func queryAsVisitor(ctx context.Context, db batcher, token string, column any, sql string, args ...any) error {
	batch := &pgx.Batch{}
	batch.Queue("SELECT hcjwt.authenticate($1)", token) // bound by the server, so not logged
	batch.Queue(sql, args...)
	results := db.SendBatch(ctx, batch)
	_, err := results.Exec()
	if err == nil {
		err = results.QueryRow().Scan(column)
	}
	if end := results.Close(); err == nil {
		err = end
	}
	return err
}
