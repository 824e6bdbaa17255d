import java.io.IOException;
import java.net.InetSocketAddress;
import javax.servlet.http.*;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.*;
import org.springframework.web.servlet.DispatcherServlet;

/** What Spring Boot's SpringApplication.run() does. */
public class Main {
    public static void main(String[] arguments) throws Exception {
        var servlet = new ServletHolder(new DispatcherServlet() {
            @Override
            protected void doTrace(HttpServletRequest request, HttpServletResponse response) throws IOException {
                response.sendError(405); // or it answers with the request, and so with the token
            }
        });
        servlet.setInitParameter("contextConfigLocation", "classpath:shop.xml");
        var handler = new ServletContextHandler();
        handler.addServlet(servlet, "/*");
        var server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))));
        server.setHandler(handler);
        server.start();
    }
}
