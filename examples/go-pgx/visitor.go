// One request, one transaction, one visitor: pgx.

package main

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

const authenticate = "SELECT hcjwt.authenticate($1)"

// queryAsVisitor reads the rows of one statement, in one round trip.  A batch is one
// transaction; where authenticate fails, the server skips the statement behind it.
func queryAsVisitor(ctx context.Context, pool *pgxpool.Pool, token *string,
	read func(pgx.Rows) error, statement string, arguments ...interface{}) error {
	batch := &pgx.Batch{}
	batch.Queue(authenticate, token)
	batch.Queue(statement, arguments...)
	results := pool.SendBatch(ctx, batch)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// asVisitor runs work in a transaction: for several statements, and code between them.
func asVisitor(ctx context.Context, pool *pgxpool.Pool, token *string, work func(pgx.Tx) error) error {
	return pool.BeginFunc(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, authenticate, token); err != nil {
			return err
		}
		return work(tx)
	})
}

// statusOf: 401 tells the theme's script to fetch a new token, and to try once more.
func statusOf(err error) int {
	var refused *pgconn.PgError
	var network net.Error
	if !errors.As(err, &refused) {
		if errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err) {
			return 503
		}
		return 500
	}
	switch code := refused.Code; {
	case code == "28J01", code == "28J03":
		return 401
	case code[:3] == "28J", code == "42501":
		return 403
	case code[:2] == "22", code[:2] == "23":
		return 400
	case code[:2] == "08", code[:2] == "28", code[:2] == "53", code[:2] == "57":
		return 503
	}
	return 500
}
