<?php
// One request, one transaction, one visitor: Laravel.

namespace App\Http\Middleware;

use Closure;
use Illuminate\Support\Facades\DB;

class AsVisitor
{
    public function handle($request, Closure $next)
    {
        return DB::transaction(function () use ($request, $next) {
            // "Bearer TOKEN"; anything else is no token, and the database says so
            $token = preg_replace('/^Bearer +\b/i', '', $request->header('Authorization', ''));
            // not DB::select(): its errors have the token in their text
            DB::getPdo()->prepare('SELECT hcjwt.authenticate(?)')->execute([$token]);
            $response = $next($request);
            if (isset($response->exception)) {  // which Laravel has caught
                DB::rollBack();
            }
            return $response;
        });
    }
}
