package io.auspex.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The service with a simulated market of pure noise at the pace of a clock: refits of the feed's
 * model take their whole course, and the gate rejects what they make. The model that is asked is
 * another, {@link BenchedModel}, in two versions, put into the registry as a refit would have left
 * them; {@code rollback} swaps the two.
 */
final class ServiceUnderTest implements AutoCloseable {

    static final String REFITTED = "simulated-5m";

    private final ServiceProcess service;

    private ServiceUnderTest(ServiceProcess service) {
        this.service = service;
    }

    /**
     * Starts it, waits until its first refit is over, and has it serve the first version.
     *
     * @param days history of the market that refits train on
     * @param options of the service, besides
     */
    static ServiceUnderTest start(
            List<BenchedModel> versions,
            int days,
            Processors processors,
            Optional<String> workerCpus,
            List<String> options)
            throws IOException, InterruptedException, SQLException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                ServiceStart.NO_STARTERS,
                                "--feed=simulated",
                                "--simulated.strength=0",
                                "--simulated.days=" + days,
                                "--speed=1"));
        workerCpus.ifPresent(list -> words.add("--refit.worker.cpus=" + list));
        words.addAll(options);
        ServiceUnderTest tested =
                new ServiceUnderTest(
                        ServiceProcess.prepared(ServiceStart.with(words).on(processors)));
        boolean ready = false;
        try {
            tested.service.launch();
            tested.service.await(
                    "first refit",
                    ServiceProcess.START,
                    () ->
                            Optional.of(tested.service.api().get("/api/refits"))
                                    .filter(ServiceUnderTest::isOver));
            tested.serve(versions);
            ready = true;
            return tested;
        } finally {
            if (!ready) {
                tested.close();
            }
        }
    }

    int port() {
        return service.port();
    }

    long pid() {
        return service.pid();
    }

    /**
     * What {@link OthersTurns} wants of an event loop that has a processor of its own; empty when
     * it shares one with most of the service.
     */
    List<String> threads() throws IOException {
        return ServiceThreads.beside(pid());
    }

    /** Champion and previous change places: a whole swap. */
    void swap() throws IOException, InterruptedException {
        service.api().post("/api/models/" + BenchedModel.NAME + "/rollback");
    }

    /** Asks for a refit of the feed's model; its number. */
    long refit() throws IOException, InterruptedException {
        return service.api().post("/api/models/" + REFITTED + "/train").path("id").asLong();
    }

    /** A refit as it stands. */
    JsonNode refit(long id) throws IOException, InterruptedException {
        return service.api().get("/api/refits/" + id);
    }

    static boolean isOver(JsonNode refit) {
        String state = (refit.isArray() ? refit.path(0) : refit).path("state").asText();
        return state.equals("SUCCEEDED") || state.equals("FAILED") || state.equals("CANCELLED");
    }

    /** What it answers to a whole request out of a file. */
    HttpResponse<String> ask(String body) throws IOException, InterruptedException {
        return service.api().post("/api/models/" + BenchedModel.NAME + "/predict", body);
    }

    @Override
    public void close() {
        service.close();
    }

    private void serve(List<BenchedModel> versions)
            throws SQLException, IOException, InterruptedException {
        try (Connection database = service.database()) {
            RegistryRows registry = new RegistryRows(database);
            registry.declare(versions.getFirst().spec());
            for (int i = 0; i < versions.size(); i++) {
                BenchedModel version = versions.get(i);
                registry.add(
                        BenchedModel.NAME,
                        i + 1,
                        "PROMOTED",
                        version.trained().onnx(),
                        version.schema(),
                        version.trained().report());
            }
            registry.update(
                    "update model set champion = 2, previous = 1 where name = ?",
                    BenchedModel.NAME);
        }
        swap();
    }
}
