package io.auspex.platform;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.logging.Handler;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.formatters.JsonFormatter;
import org.jboss.logmanager.handlers.ConsoleHandler;

/**
 * With {@code auspex.log.format=json} every line of the log is one JSON object, with the fields of
 * the log manager's own formatter: timestamp, level, loggerName, message, mdc, exception, and so
 * on. What is said before the service starts, of options and of the database, is text.
 */
@ApplicationScoped
class JsonLog {

    /** Before everything else that starts. */
    private static final int FIRST = Integer.MIN_VALUE;

    private final PlatformConfig config;

    JsonLog(PlatformConfig config) {
        this.config = config;
    }

    void onStartup(@Observes @Priority(FIRST) StartupEvent started) {
        if (config.log().format() == PlatformConfig.Log.Format.JSON) {
            speakJson(LogContext.getLogContext().getLogger("").getHandlers());
        }
    }

    /** Quarkus wraps its console in a handler that holds lines back until it is configured. */
    private static void speakJson(Handler[] handlers) {
        for (Handler handler : handlers) {
            switch (handler) {
                case ConsoleHandler console -> console.setFormatter(new JsonFormatter());
                case org.jboss.logmanager.ExtHandler wrapper -> speakJson(wrapper.getHandlers());
                default -> {
                    // A handler of somebody else's.
                }
            }
        }
    }
}
