import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.concurrent.Executors;

/** The shop's orders: JDBC and HikariCP. Its helper is Visitor.java. PostgreSQL writes and reads the JSON. */
public final class Server {
    private static final String ORDER = "id AS \"order\", item, placed_on::text AS placed, state";
    private static final HikariDataSource pool = new HikariDataSource();

    // No WHERE: whose orders they are is the policy's business.
    static String orders(String token) throws Exception {
        String statement = "SELECT coalesce(json_agg(o), '[]') FROM (SELECT " + ORDER + " FROM orders ORDER BY id) o";
        return Visitor.query(pool, token, statement, rows -> rows.next() ? rows.getString(1) : null);
    }

    static String placeOrder(String token, String body) throws Exception {
        String insert = "WITH o AS (INSERT INTO orders (item) VALUES (?::json ->> 'item') RETURNING " + ORDER
            + ") SELECT item, to_json(o) FROM o";
        return Visitor.transaction(pool, token, connection -> {
            try (PreparedStatement statement = connection.prepareStatement(insert)) {
                statement.setString(1, body);
                ResultSet placed = statement.executeQuery();
                placed.next();
                if (placed.getString(1).equals("The Moon")) {
                    throw new IllegalStateException("the warehouse has none");
                }
                return placed.getString(2);
            }
        });
    }

    static void serve(HttpExchange exchange) throws IOException {
        // "Bearer TOKEN"; anything else is no token, and the database says so
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String token = header == null ? null : header.replaceFirst("^(?i:Bearer) +", "");
        int status;
        String answer = "";
        try {
            switch (exchange.getRequestMethod()) {
                case "OPTIONS" -> status = 204;
                case "GET" -> { answer = orders(token); status = 200; }
                case "POST" -> { answer = placeOrder(token, new String(exchange.getRequestBody().readAllBytes(), "UTF-8")); status = 201; }
                default -> status = 405;
            }
        } catch (Exception error) {
            status = Visitor.statusOf(error);
        }
        Headers headers = exchange.getResponseHeaders();
        headers.set("Access-Control-Allow-Origin", System.getenv("ALLOWED_ORIGIN"));
        headers.set("Access-Control-Allow-Methods", "GET, POST");
        headers.set("Access-Control-Allow-Headers", "Authorization, Content-Type");
        headers.set("Cache-Control", "no-store");
        headers.set("Content-Type", "application/json");
        if (status == 401) {
            headers.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        }
        byte[] bytes = answer.getBytes("UTF-8");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    public static void main(String[] arguments) throws IOException {
        // prepareThreshold=0: no statement is kept by name, for PgBouncer before 1.21
        pool.setJdbcUrl(String.format("jdbc:postgresql://%s:%s/%s?prepareThreshold=0&sslmode=disable",
            System.getenv("PGHOST"), System.getenv("PGPORT"), System.getenv("PGDATABASE")));
        pool.setUsername(System.getenv("PGUSER"));
        pool.setPassword(System.getenv("PGPASSWORD"));
        pool.setMaximumPoolSize(4);
        pool.setConnectionTimeout(5000);
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))), 0);
        server.createContext("/orders", Server::serve);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
    }
}
