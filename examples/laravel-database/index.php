<?php
// The shop's orders: PHP and Laravel's database layer.  Its helper is visitor.php.

use Illuminate\Database\Capsule\Manager;
use Illuminate\Database\Connection;

error_reporting(E_ALL & ~E_DEPRECATED);
require 'Illuminate/Database/autoload.php';
require __DIR__ . '/visitor.php';

const COLUMNS = ['id AS order', 'item', 'placed_on AS placed', 'state'];

function database(): Connection
{
    $manager = new Manager();
    $manager->addConnection(configuration());
    return $manager->getConnection();
}

// No where(): whose orders they are is the policy's business.
function orders(Connection $database): array
{
    return $database->table('orders')->orderBy('id')->get(COLUMNS)->all();
}

function place_order(Connection $database, string $item): object
{
    $id = $database->table('orders')->insertGetId(['item' => $item]);
    if ($item === 'The Moon') {
        throw new DomainException('the warehouse has none');
    }
    return $database->table('orders')->where('id', $id)->first(COLUMNS);
}

function answer(string $route, ?string $token): array
{
    switch ($route) {
        case 'OPTIONS /orders':
            return [204, null];
        case 'GET /orders':
            return [200, as_visitor(database(), $token, orders(...))];
        case 'POST /orders':
            $item = json_decode(file_get_contents('php://input'), true)['item'];
            return [201, as_visitor(database(), $token, fn($database) => place_order($database, $item))];
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
