import com.sun.net.httpserver.*;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.*;
import java.util.Map;
import java.util.concurrent.Executors;

/** The shop's orders: JDBC and HikariCP. Its helper is Visitor.java. PostgreSQL writes and reads the JSON. */
public class Server {
    static final String ORDER = "id AS \"order\", item, placed_on::text AS placed, state";
    static final HikariDataSource pool = new HikariDataSource();

    /** No WHERE: whose orders they are is the policy's business. */
    static String orders(String token) throws SQLException {
        String statement = "SELECT coalesce(json_agg(o), '[]') FROM (SELECT " + ORDER + " FROM orders ORDER BY id) o";
        return Visitor.query(pool, token, statement, rows -> rows.next() ? rows.getString(1) : null);
    }

    static String placeOrder(String token, String body) throws SQLException {
        return Visitor.transaction(pool, token, connection -> {
            try (var insert = connection.prepareStatement("WITH o AS (INSERT INTO orders (item) "
                    + "VALUES (?::json ->> 'item') RETURNING " + ORDER + ") SELECT item, to_json(o) FROM o")) {
                insert.setString(1, body);
                ResultSet placed = insert.executeQuery();
                placed.next();
                if (placed.getString(1).equals("The Moon")) throw new IllegalStateException("the warehouse has none");
                return placed.getString(2);
            }
        });
    }

    static void serve(HttpExchange exchange) throws IOException {
        // "Bearer TOKEN"; anything else is no token, and the database says so
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String token = header == null ? null : header.replaceFirst("^(?i:Bearer) +", "");
        int status = 204;
        String answer = "";
        try {
            switch (exchange.getRequestMethod()) {
                case "GET" -> { answer = orders(token); status = 200; }
                case "POST" -> {
                    answer = placeOrder(token, new String(exchange.getRequestBody().readAllBytes(), "UTF-8"));
                    status = 201;
                }
            }
        } catch (Exception error) {
            System.err.println(error);
            status = statusOf(error);
        }
        Headers headers = exchange.getResponseHeaders();
        headers.set("Access-Control-Allow-Origin", System.getenv("ALLOWED_ORIGIN"));
        headers.set("Access-Control-Allow-Methods", "GET, POST");
        headers.set("Access-Control-Allow-Headers", "Authorization, Content-Type");
        headers.set("Cache-Control", "no-store");
        headers.set("Content-Type", "application/json");
        if (status == 401) headers.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        byte[] bytes = answer.getBytes("UTF-8");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    static int statusOf(Exception error) { // 401: the theme's script fetches a new token, and tries once more
        if (!(error instanceof SQLException refused)) return 500;
        String state = refused.getSQLState() == null ? "08006" : refused.getSQLState();
        return switch (state.substring(0, 2)) {
            case "28" -> state.matches("28J0[13]") ? 401 : state.startsWith("28J") ? 403 : 503;
            case "22", "23" -> 400;
            case "08", "53", "57" -> 503;
            default -> state.equals("42501") ? 403 : 500;
        };
    }

    public static void main(String[] arguments) throws IOException {
        Map<String, String> env = System.getenv();
        pool.setJdbcUrl("jdbc:postgresql://" + env.get("PGHOST") + ":" + env.get("PGPORT") + "/" + env.get("PGDATABASE"));
        pool.setUsername(env.get("PGUSER"));
        pool.setPassword(env.get("PGPASSWORD"));
        pool.addDataSourceProperty("sslmode", env.getOrDefault("PGSSLMODE", "prefer"));
        pool.addDataSourceProperty("prepareThreshold", "0"); // no names of statements: for PgBouncer before 1.21
        pool.setMaximumPoolSize(4);
        pool.setConnectionTimeout(5000);
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(env.get("PORT")));
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/orders", Server::serve);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
    }
}
