<?php

namespace App\Http;

use Illuminate\Foundation\Http\Kernel as HttpKernel;
use Illuminate\Foundation\Http\Middleware\ValidatePostSize;

class Kernel extends HttpKernel
{
    protected $middleware = [Middleware\ForTheHelpCenter::class, ValidatePostSize::class];
}
