<?php
// One request, one transaction, one visitor: Laravel's database layer, on PDO.

use Illuminate\Database\Connection;

/** In a Laravel application: config/database.php. */
function configuration(): array
{
    return [
        'driver' => 'pgsql',
        'host' => getenv('PGHOST'),
        'port' => getenv('PGPORT'),
        'database' => getenv('PGDATABASE'),
        'username' => getenv('PGUSER'),
        'password' => getenv('PGPASSWORD') ?: null,
        'charset' => 'utf8',
        'sslmode' => getenv('PGSSLMODE') ?: 'prefer',
        'options' => [
            PDO::ATTR_PERSISTENT => true,  // kept by the process, for its next request
            // bound: emulated prepares would write the token into the statement
            PDO::ATTR_EMULATE_PREPARES => false,
            PDO::PGSQL_ATTR_DISABLE_PREPARES => true,  // no names: for PgBouncer before 1.21
        ],
    ];
}

/** Calls $work(Connection) in a transaction that is authenticated by the token. */
function as_visitor(Connection $database, ?string $token, callable $work): mixed
{
    return $database->transaction(function ($database) use ($token, $work) {
        $database->select('SELECT hcjwt.authenticate(?)', [$token]);
        return $work($database);
    });
}

/** 401: the theme's script fetches a new token, and tries once more. */
function status_of(Throwable $error): int
{
    $state = $error instanceof PDOException ? (string) ($error->errorInfo[0] ?? '08006') : '';
    return match (true) {
        in_array($state, ['28J01', '28J03']) => 401,
        str_starts_with($state, '28J'), $state === '42501' => 403,
        in_array(substr($state, 0, 2), ['22', '23']) => 400,
        in_array(substr($state, 0, 2), ['08', '28', '53', '57', 'HY']) => 503,
        default => 500,
    };
}
