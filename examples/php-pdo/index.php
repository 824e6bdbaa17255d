<?php
// The shop's orders: PHP and PDO.  Its helper is visitor.php.

require __DIR__ . '/visitor.php';

const COLUMNS = 'id AS "order", item, placed_on::text AS placed, state';

// No WHERE: whose orders they are is the policy's business.
function orders(PDO $database): array
{
    return $database->query('SELECT ' . COLUMNS . ' FROM orders ORDER BY id')->fetchAll();
}

function place_order(PDO $database, string $item): array
{
    $insert = $database->prepare('INSERT INTO orders (item) VALUES (?) RETURNING ' . COLUMNS);
    $insert->execute([$item]);
    $order = $insert->fetch();
    if ($item === 'The Moon') {
        throw new DomainException('the warehouse has none');
    }
    return $order;
}

function answer(string $route, ?string $token): array
{
    switch ($route) {
        case 'OPTIONS /orders':
            return [204, null];
        case 'GET /orders':
            return [200, as_visitor($token, orders(...))];
        case 'POST /orders':
            $item = json_decode(file_get_contents('php://input'), true)['item'];
            return [201, as_visitor($token, fn($database) => place_order($database, $item))];
        default:
            return [404, null];
    }
}

header('Access-Control-Allow-Origin: ' . getenv('ALLOWED_ORIGIN'));
header('Access-Control-Allow-Methods: GET, POST');
header('Access-Control-Allow-Headers: Authorization, Content-Type');
header('Cache-Control: no-store');
header('Content-Type: application/json');

// "Bearer TOKEN"; anything else is no token, and the database says so
$token = $_SERVER['HTTP_AUTHORIZATION'] ?? null;
$token = $token === null ? null : preg_replace('/^Bearer +/i', '', $token);
try {
    [$status, $body] = answer("$_SERVER[REQUEST_METHOD] $_SERVER[REQUEST_URI]", $token);
} catch (Throwable $error) {
    [$status, $body] = [status_of($error), null];
}
http_response_code($status);
if ($status === 401) {
    header('WWW-Authenticate: Bearer error="invalid_token"');
}
if ($body !== null) {
    echo json_encode($body);
}
