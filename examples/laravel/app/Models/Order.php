<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Model;

class Order extends Model
{
    public const COLUMNS = ['id as order', 'item', 'placed_on as placed', 'state'];
    public $timestamps = false;
}
