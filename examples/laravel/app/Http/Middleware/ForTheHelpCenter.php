<?php

namespace App\Http\Middleware;

use Closure;

class ForTheHelpCenter
{
    public function handle($request, Closure $next)
    {
        $request->headers->set('Accept', 'application/json');  // errors, too, are JSON
        return $next($request)->withHeaders([
            'Access-Control-Allow-Origin' => getenv('ALLOWED_ORIGIN'),
            'Access-Control-Allow-Methods' => 'GET, POST',
            'Access-Control-Allow-Headers' => 'Authorization, Content-Type',
            'Cache-Control' => 'no-store',
        ]);
    }
}
