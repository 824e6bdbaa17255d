<?php
// One request, one transaction, one visitor, whose token it is, or none (null): PDO.

/** Calls $work(PDO) in a transaction.  PDO sends one statement at a time: four round trips. */
function as_visitor(PDO $database, #[SensitiveParameter] ?string $token, callable $work): mixed
{
    $database->beginTransaction();
    try {
        $database->prepare('SELECT hcjwt.authenticate(?)')->execute([$token]);
        $result = $work($database);
        $database->commit();
        return $result;
    } catch (Throwable $error) {
        // a lost connection has rolled back already, and says so again
        try { $database->rollBack(); } catch (PDOException) {}
        throw $error;
    }
}
