package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Two services, one database: a queue for both, champions for both, and every close in the ledger
 * once.
 */
class TwoServicesIT {

    private static final String MODEL = "/api/models/simulated-5m";
    private static final Duration PATIENCE = Duration.ofMinutes(6);
    private static final String[] OPTIONS = {
        "--promote=always",
        "--speed=600",
        "--models-folder=target/it/no-models",
        "--simulated.days=9",
        "--simulated.symbols=2",
        "--refit.lease=3s",
        "--refit.backoff=100ms"
    };

    @Test
    void oneFinishesWhatTheOtherWasKilledInAndBothServeTheSame() throws Exception {
        try (RunningAuspex first = RunningAuspex.start("two-first", OPTIONS)) {
            first.await("champion", PATIENCE, () -> champion(first));
            try (RunningAuspex second = beside(first)) {
                int champion = second.await("champion", PATIENCE, () -> serving(second));
                assertThat(champion).isPositive();

                long refit = train(second);
                RunningAuspex holder =
                        first.await("folds", PATIENCE, () -> holder(refit, first, second));
                JsonNode half = second.json("/api/refits/" + refit);
                assertThat(half.path("attempt").asInt()).isEqualTo(1);
                assertThat(first.workers().size() + second.workers().size())
                        .as("an attempt runs once")
                        .isEqualTo(1);
                RunningAuspex other = holder == first ? second : first;
                holder.kill();
                JsonNode end = other.await("end of the refit", PATIENCE, () -> ended(other, refit));
                assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
                assertThat(end.path("attempt").asInt()).isEqualTo(2);
                int made = end.path("version").asInt();
                other.await("own champion", PATIENCE, () -> serves(other, made));

                holder.start();
                holder.await("the other's champion", PATIENCE, () -> serves(holder, made));
                long next = train(holder);
                int newest =
                        other.await("end of another", PATIENCE, () -> ended(other, next))
                                .path("version")
                                .asInt();
                assertThat(newest).isGreaterThan(made);
                long committed = System.nanoTime();
                first.await("newest", PATIENCE, () -> serves(first, newest));
                second.await("newest", PATIENCE, () -> serves(second, newest));
                double seconds = (System.nanoTime() - committed) / 1e9;
                Ledger.read(first).requireWhole();
                System.out.printf(
                        "killed in %s: the other finished attempt 2, version %d; version %d was"
                                + " served by both %.1f s after its refit was seen to end%n",
                        half.path("phase").asText(), made, newest, seconds);
            }
        }
    }

    /** One on the same database with a data folder of its own. */
    private static RunningAuspex beside(RunningAuspex first) throws Exception {
        Path cluster = first.data().resolve("postgres");
        String port = Files.readAllLines(cluster.resolve("postmaster.pid")).get(3).strip();
        String password = Files.readString(cluster.resolve("auspex.password")).strip();
        String[] options = Arrays.copyOf(OPTIONS, OPTIONS.length + 2);
        options[OPTIONS.length] = "--database.url=postgresql://127.0.0.1:" + port + "/auspex";
        options[OPTIONS.length + 1] = "--database.password=" + password;
        return RunningAuspex.start("two-second", options);
    }

    /** Who has the worker, once it trains. */
    private static Optional<RunningAuspex> holder(long refit, RunningAuspex... services)
            throws IOException, InterruptedException {
        JsonNode seen = services[0].json("/api/refits/" + refit);
        assertThat(seen.path("finished_at").isNull()).as(seen.toString()).isTrue();
        for (RunningAuspex service : services) {
            if (seen.path("phase").asText().equals("folds") && !service.workers().isEmpty()) {
                return Optional.of(service);
            }
        }
        return Optional.empty();
    }

    private static Optional<Integer> serving(RunningAuspex auspex)
            throws IOException, InterruptedException {
        return number(auspex, "/serving/version");
    }

    private static Optional<Integer> champion(RunningAuspex auspex)
            throws IOException, InterruptedException {
        return number(auspex, "/champion");
    }

    /** Empty until there is the model, too. */
    private static Optional<Integer> number(RunningAuspex auspex, String pointer)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = auspex.get(MODEL);
        if (answer.statusCode() != 200) {
            return Optional.empty();
        }
        JsonNode number = Json.mapper().readTree(answer.body()).at(pointer);
        return number.isInt() ? Optional.of(number.asInt()) : Optional.empty();
    }

    private static Optional<Boolean> serves(RunningAuspex auspex, int version)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = auspex.post(MODEL + "/predict", "{\"symbol\": \"ETHSIM\"}");
        boolean it =
                answer.statusCode() == 200
                        && Json.mapper().readTree(answer.body()).path("version").asInt() == version
                        && champion(auspex).equals(Optional.of(version));
        return it ? Optional.of(true) : Optional.empty();
    }

    private static Optional<JsonNode> ended(RunningAuspex auspex, long refit)
            throws IOException, InterruptedException {
        return Optional.of(auspex.json("/api/refits/" + refit))
                .filter(seen -> !seen.path("finished_at").isNull());
    }

    private static long train(RunningAuspex auspex) throws Exception {
        return auspex.await(
                "accepted refit",
                PATIENCE,
                () -> {
                    HttpResponse<String> accepted = auspex.post(MODEL + "/train", "");
                    return accepted.statusCode() == 202
                            ? Optional.of(
                                    Json.mapper().readTree(accepted.body()).path("id").asLong())
                            : Optional.empty();
                });
    }
}
