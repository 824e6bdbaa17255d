<?php

use App\Http\Middleware\AsVisitor;
use App\Models\Order;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Route;

Route::middleware(AsVisitor::class)->group(function () {
    // No where(): whose orders they are is the policy's business.
    Route::get('orders', fn () => Order::orderBy('id')->get(Order::COLUMNS));

    Route::post('orders', function (Request $request) {
        // a text, and without a zero byte, where libpq would cut it
        abort_unless(is_string($item = $request->input('item')) && !str_contains($item, "\0"), 400);
        $order = Order::forceCreate(['item' => $item]);
        throw_if($order->item === 'The Moon', DomainException::class, 'the warehouse has none');
        return response()->json(Order::find($order->id, Order::COLUMNS), 201);
    });
});
