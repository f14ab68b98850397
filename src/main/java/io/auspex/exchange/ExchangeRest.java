package io.auspex.exchange;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Asks an exchange over REST, within its budget. One request a call: whoever wants to try again
 * does so. Blocking, for virtual threads; thread-safe.
 */
final class ExchangeRest {

    private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;

    private static final Duration PATIENT = Duration.ofDays(1);
    private static final Duration IMPATIENT = Duration.ofSeconds(2);

    private final ExchangeProtocol protocol;
    private final HttpClient client;
    private final RateBudget budget;
    private final Duration timeout;
    private final Duration longestWait;

    ExchangeRest(
            ExchangeProtocol protocol, HttpClient client, RateBudget budget, Duration timeout) {
        this(protocol, client, budget, timeout, PATIENT);
    }

    private ExchangeRest(
            ExchangeProtocol protocol,
            HttpClient client,
            RateBudget budget,
            Duration timeout,
            Duration longestWait) {
        this.protocol = protocol;
        this.client = client;
        this.budget = budget;
        this.timeout = timeout;
        this.longestWait = longestWait;
    }

    /** The same, but it does not wait long for the budget: for whoever has other things to do. */
    ExchangeRest impatient() {
        return new ExchangeRest(protocol, client, budget, timeout, IMPATIENT);
    }

    /** The candles in a range of open times, oldest first; the last one may still be open. */
    List<Candle> candles(Symbol symbol, Timeframe timeframe, long fromOpen, long toOpen)
            throws InterruptedException, ExchangeUnavailableException {
        String path = protocol.candlesPath(symbol, timeframe, fromOpen, toOpen);
        RestAnswer answer = get(path, protocol.restLimits().requestWeight());
        try {
            return switch (answer) {
                case RestAnswer.Good good ->
                        inRange(
                                protocol.readCandles(symbol, timeframe, good.body()),
                                fromOpen,
                                toOpen);
                case RestAnswer.NoSuchSymbol _ -> List.of();
                case RestAnswer.TooMany tooMany -> throw unavailable(tooMany.reason());
                case RestAnswer.Failed failed -> throw unavailable(failed.reason());
            };
        } catch (UnreadableMessageException wrong) {
            throw new ExchangeUnavailableException(path + ": " + wrong.getMessage(), wrong);
        }
    }

    /** The exchange's clock, milliseconds since the Unix epoch (UTC). */
    long timeMillis() throws InterruptedException, ExchangeUnavailableException {
        String body = body(protocol.timePath(), protocol.restLimits().requestWeight());
        try {
            return protocol.readTimeMillis(body);
        } catch (UnreadableMessageException wrong) {
            throw new ExchangeUnavailableException("time: " + wrong.getMessage(), wrong);
        }
    }

    /** What was traded in the last 24 hours. */
    List<SymbolVolume> volumes(String quote)
            throws InterruptedException, ExchangeUnavailableException {
        String body = body(protocol.volumesPath(), protocol.volumesWeight());
        try {
            return protocol.readVolumes(quote, body);
        } catch (UnreadableMessageException wrong) {
            throw new ExchangeUnavailableException("volumes: " + wrong.getMessage(), wrong);
        }
    }

    private String body(String path, int weight)
            throws InterruptedException, ExchangeUnavailableException {
        return switch (get(path, weight)) {
            case RestAnswer.Good good -> good.body();
            case RestAnswer.NoSuchSymbol none -> throw unavailable(none.reason());
            case RestAnswer.TooMany tooMany -> throw unavailable(tooMany.reason());
            case RestAnswer.Failed failed -> throw unavailable(failed.reason());
        };
    }

    private RestAnswer get(String path, int weight)
            throws InterruptedException, ExchangeUnavailableException {
        budget.acquire(weight, longestWait);
        RestAnswer answer = protocol.readAnswer(response(path));
        switch (answer) {
            case RestAnswer.Good good -> good.usedWeight().ifPresent(budget::counted);
            case RestAnswer.TooMany tooMany -> budget.pause(tooMany.pause(), tooMany.reason());
            case RestAnswer.NoSuchSymbol _, RestAnswer.Failed _ -> {
                // The budget is as it was.
            }
        }
        return answer;
    }

    private RestResponse response(String path)
            throws InterruptedException, ExchangeUnavailableException {
        AtomicReference<@Nullable HttpClientRequest> sent = new AtomicReference<>();
        RequestOptions options =
                new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setAbsoluteURI(protocol.restUrl() + path)
                        .setTimeout(timeout.toMillis());
        try {
            return client.request(options)
                    .compose(request -> {
                        sent.set(request);
                        // Here, on its event loop: from elsewhere its body could be gone by then.
                        return request.send().compose(ExchangeRest::whole);
                    })
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new ExchangeUnavailableException(
                    "REST: " + ExchangeUnavailableException.explain(cause), cause);
        } catch (TimeoutException late) {
            HttpClientRequest request = sent.get();
            if (request != null) {
                request.reset();
            }
            throw new ExchangeUnavailableException(
                    "REST: no answer within " + timeout.toMillis() + " ms", late);
        }
    }

    /** The response with its body, which has a bound. */
    private static Future<RestResponse> whole(HttpClientResponse response) {
        Promise<RestResponse> promise = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(
                        part -> {
                            if (body.length() + part.length() > MAX_BODY_BYTES) {
                                promise.tryFail(
                                        "an answer of more than " + MAX_BODY_BYTES + " bytes");
                                response.request().reset();
                            } else {
                                body.appendBuffer(part);
                            }
                        })
                .exceptionHandler(promise::tryFail)
                .endHandler(_ -> {
                    Map<String, String> headers = new HashMap<>();
                    response.headers()
                            .forEach(entry -> headers.put(entry.getKey(), entry.getValue()));
                    promise.tryComplete(
                            new RestResponse(response.statusCode(), headers, body.toString()));
                });
        return promise.future();
    }

    private static List<Candle> inRange(List<Candle> candles, long fromOpen, long toOpen) {
        return candles.stream()
                .filter(candle ->
                        candle.openTimeMillis() >= fromOpen && candle.openTimeMillis() <= toOpen)
                .toList();
    }

    private static ExchangeUnavailableException unavailable(String reason) {
        return new ExchangeUnavailableException("REST: " + reason);
    }
}
