<?php
// The shop's orders: PHP and PDO.  Its helper is visitor.php.

require __DIR__ . '/visitor.php';

const COLUMNS = 'id AS "order", item, placed_on::text AS placed, state';

// PG… in the environment says where
$pdo = fn() => new PDO('pgsql:', options: [
    PDO::ATTR_PERSISTENT => true,  // kept by the process, for its next request
    PDO::ATTR_EMULATE_PREPARES => false,  // which would write the token into the statement
    PDO::PGSQL_ATTR_DISABLE_PREPARES => true,  // bound, without names: for PgBouncer before 1.21
    PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
]);

// No WHERE: whose orders they are is the policy's business.
function orders(PDO $database): array
{
    return $database->query('SELECT ' . COLUMNS . ' FROM orders ORDER BY id')->fetchAll();
}

function place_order(PDO $database): array
{
    $item = json_decode(file_get_contents('php://input'), true)['item'] ?? null;
    $insert = $database->prepare('INSERT INTO orders (item) VALUES (?) RETURNING ' . COLUMNS);
    // NULL is refused, too; libpq would cut a text at a zero byte
    $insert->execute([is_string($item) && !str_contains($item, "\0") ? $item : null]);
    $order = $insert->fetch();
    return $item === 'The Moon' ? throw new DomainException('the warehouse has none') : $order;
}

header('Access-Control-Allow-Origin: ' . getenv('ALLOWED_ORIGIN'));
header('Access-Control-Allow-Methods: GET, POST');
header('Access-Control-Allow-Headers: Authorization, Content-Type');
header('Cache-Control: no-store');
header('Content-Type: application/json');

// "Bearer TOKEN"; anything else is no token, and the database says so
$header = $_SERVER['HTTP_AUTHORIZATION'] ?? null;
$token = is_null($header) ? null : preg_replace('/^Bearer +\b/i', '', $header);
try {
    [$status, $body] = match ($_SERVER['REQUEST_METHOD'] . ' ' . strtok($_SERVER['REQUEST_URI'], '?')) {
        'OPTIONS /orders' => [204, null],
        'GET /orders', 'HEAD /orders' => [200, as_visitor($pdo(), $token, orders(...))],
        'POST /orders' => [201, as_visitor($pdo(), $token, place_order(...))],
        default => [404, null],
    };
} catch (Throwable $error) {
    error_log($error);
    $state = $error instanceof PDOException ? $error->errorInfo[0] ?? '08006' : 'none';
    [$status, $body] = [match (true) {
        in_array($state, ['28J01', '28J03']) => 401,  // the theme's script fetches a new token
        str_starts_with($state, '28J'), $state === '42501' => 403,
        in_array(substr($state, 0, 2), ['22', '23']) => 400,
        in_array(substr($state, 0, 2), ['08', '28', '53', '57', 'HY']) => 503,
        default => 500,
    }, null];
}
http_response_code($status);
if ($status === 401) header('WWW-Authenticate: Bearer error="invalid_token"');
if ($body !== null) echo json_encode($body);
