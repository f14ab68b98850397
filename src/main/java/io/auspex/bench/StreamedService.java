package io.auspex.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The service with a simulated market whose signals it makes, with the starter model. Its first
 * refit is cancelled and no other begins, so that what is measured is the stream.
 */
final class StreamedService implements AutoCloseable {

    private final ServiceProcess service;

    private StreamedService(ServiceProcess service) {
        this.service = service;
    }

    /**
     * Starts it and waits until it makes signals.
     *
     * @param symbols of the market
     * @param speed of the market over real time
     */
    static StreamedService start(
            int symbols, double speed, Processors processors, List<String> options)
            throws IOException, InterruptedException, SQLException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                ServiceStart.starters(),
                                "--feed=simulated",
                                "--simulated.symbols=" + symbols,
                                "--simulated.days=2",
                                String.format(Locale.ROOT, "--speed=%s", speed),
                                "--refit.rules.enabled=false"));
        words.addAll(options);
        StreamedService streamed =
                new StreamedService(
                        ServiceProcess.prepared(ServiceStart.with(words).on(processors)));
        boolean ready = false;
        try {
            streamed.service.launch();
            streamed.cancelFirstRefit();
            streamed.awaitSignal();
            ready = true;
            return streamed;
        } finally {
            if (!ready) {
                streamed.close();
            }
        }
    }

    int port() {
        return service.port();
    }

    long pid() {
        return service.pid();
    }

    /** The figures whose names begin so, as Prometheus reads them. */
    Map<String, Double> metrics(String prefix) throws IOException, InterruptedException {
        return service.api().metrics(prefix);
    }

    @Override
    public void close() {
        service.close();
    }

    private void cancelFirstRefit() throws IOException, InterruptedException, SQLException {
        long refit =
                service.await(
                        "first refit",
                        ServiceProcess.START,
                        () ->
                                Optional.of(service.api().get("/api/refits"))
                                        .filter(refits -> !refits.isEmpty())
                                        .map(refits -> refits.path(0).path("id").asLong()));
        // One that has ended by now refuses, and that is as well.
        service.api().post("/api/refits/" + refit + "/cancel", "");
        service.await(
                "end of the first refit",
                ServiceProcess.START,
                () ->
                        Optional.of(service.api().get("/api/refits/" + refit))
                                .filter(found -> !found.path("finished_at").isNull()));
    }

    private void awaitSignal() throws IOException, InterruptedException, SQLException {
        service.await(
                "signal",
                ServiceProcess.START,
                () ->
                        Optional.of(
                                        service.api()
                                                .get("/api/signals?limit=1")
                                                .path(0)
                                                .path("action"))
                                .filter(action ->
                                        action.isTextual() && !action.asText().equals("ABSTAIN")));
    }
}
