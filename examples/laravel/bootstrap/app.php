<?php
// As "composer create-project" makes it, but with Debian's packages.

use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel;

error_reporting(E_ALL & ~E_DEPRECATED);  // Laravel 8 with PHP 8.2
require 'Illuminate/autoload.php';
spl_autoload_register(function ($class) {
    if (str_starts_with($class, 'App\\')) {
        require dirname(__DIR__) . '/app' . strtr(substr($class, 3), '\\', '/') . '.php';
    }
});

$app = new Illuminate\Foundation\Application(dirname(__DIR__));
$app->singleton(Kernel::class, App\Http\Kernel::class);
$app->singleton(ExceptionHandler::class, App\Exceptions\Handler::class);
return $app;
