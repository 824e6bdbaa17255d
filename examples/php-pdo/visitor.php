<?php
// One request, one transaction, one visitor: PDO.

function database(): PDO
{
    // PG… in the environment says where.  Parameters are bound: emulated prepares
    // would write the token into the statement, and statements are logged.
    return new PDO('pgsql:', options: [
        PDO::ATTR_PERSISTENT => true,  // kept by the process, for its next request
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_EMULATE_PREPARES => false,
        PDO::PGSQL_ATTR_DISABLE_PREPARES => true,  // no names: for PgBouncer before 1.21
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
    ]);
}

/**
 * Calls $work(PDO) in a transaction that is authenticated by the token, or anonymous
 * when it is null.  PDO sends one statement at a time: four round trips.
 */
function as_visitor(?string $token, callable $work): mixed
{
    $database = database();
    $database->beginTransaction();
    try {
        $database->prepare('SELECT hcjwt.authenticate(?)')->execute([$token]);
        $result = $work($database);
        $database->commit();
        return $result;
    } catch (Throwable $error) {
        try {
            $database->rollBack();
        } catch (PDOException) {  // it is lost, and so is the transaction
        }
        throw $error;
    }
}

/** 401: the theme's script fetches a new token, and tries once more. */
function status_of(Throwable $error): int
{
    $state = $error instanceof PDOException ? $error->errorInfo[0] ?? '08006' : '';
    return match (true) {
        in_array($state, ['28J01', '28J03']) => 401,
        str_starts_with($state, '28J'), $state === '42501' => 403,
        in_array(substr($state, 0, 2), ['22', '23']) => 400,
        in_array(substr($state, 0, 2), ['08', '28', '53', '57', 'HY']) => 503,
        default => 500,
    };
}
