<?php

namespace App\Exceptions;

use Illuminate\Foundation\Exceptions\Handler as ExceptionHandler;
use PDOException;

class Handler extends ExceptionHandler
{
    public function register()
    {
        $this->renderable(function (PDOException $error) {
            $state = $error->errorInfo[0] ?? '08006';
            $status = match (true) {
                in_array($state, ['28J01', '28J03']) => 401,  // the theme's script fetches a new token
                str_starts_with($state, '28J'), $state === '42501' => 403,
                in_array(substr($state, 0, 2), ['22', '23']) => 400,
                in_array(substr($state, 0, 2), ['08', '28', '53', '57', 'HY']) => 503,
                default => 500,
            };
            return response('', $status)
                ->withHeaders($status === 401 ? ['WWW-Authenticate' => 'Bearer error="invalid_token"'] : []);
        });
    }
}
