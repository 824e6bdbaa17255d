<?php

return [
    'default' => 'pgsql',
    'connections' => [
        'pgsql' => [
            'driver' => 'pgsql',
            'host' => getenv('PGHOST'),
            'port' => getenv('PGPORT'),
            'database' => getenv('PGDATABASE'),
            'username' => getenv('PGUSER'),
            'password' => getenv('PGPASSWORD') ?: null,
            'charset' => 'utf8',
            'sslmode' => getenv('PGSSLMODE') ?: 'prefer',
            'options' => [
                PDO::ATTR_PERSISTENT => true,  // kept by the process, for its next request
                // bound: emulated prepares would write the token into the statement
                PDO::ATTR_EMULATE_PREPARES => false,
                PDO::PGSQL_ATTR_DISABLE_PREPARES => true,  // no names: for PgBouncer before 1.21
            ],
        ],
    ],
];
