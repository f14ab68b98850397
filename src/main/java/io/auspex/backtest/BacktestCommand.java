package io.auspex.backtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.backtest.BacktestRequest.PaperRequest;
import io.auspex.ensemble.PastEnsemble;
import io.auspex.platform.Json;
import io.auspex.platform.LaunchException;
import io.auspex.platform.Progress;
import io.auspex.platform.ServiceAddress;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./auspex backtest}: has the running service make a backtest, shows how far it is, prints
 * what came of it, and writes the report into a folder. With {@code --feed=replay:FOLDER
 * --onnx=FILE} it needs no service.
 */
public final class BacktestCommand {

    private static final String USAGE =
            """
            usage: ./auspex backtest --model=NAME [options]

              --version=champion   a number, champion, challenger, previous, or as_it_would_have_been
                                   of --model=ensemble: champion or as_it_was
              --members=lgbm_ai:3  --weights=trading_ai:0.4,lgbm_ai:0.6   of the ensemble: instead of what was or is
              --learn=true --learning-rate=0.01 --reward-multiplier=1.5 --punishment-multiplier=0.8
                                   of the ensemble: closed trades move the weights along the way
              --refit-schedule='every 7d'        of as_it_would_have_been; weekly sunday 03:00 without
              --from=2026-02-01T00:00:00Z --to=  without: what the version was not trained on
              --symbols=ETHSIM,LTCSIM            without: all of the model
              --feed=simulated:7                 without: the feed that runs
              --fill=next_open|same_close --horizon-candles=24 --stop-loss=0.05
              --fee=0.0005 --slippage=0.0002     of one side
              --max-positions=5 --position-share=0.2 --longs=true --shorts=true
              --exit-on-opposite=true --start-equity=10000
              --allow-in-sample=false --seed=1 --random-draws=200
              --out=backtest-report              folder for report.html, report.json, trades.csv, equity.csv
              --host=127.0.0.1 --port=8080       where the service is

              --feed=replay:FOLDER --onnx=model.onnx   without a service: a model file on candle files
            """;

    private static final List<String> TEXTS =
            List.of("model", "version", "refit-schedule", "refit-zone", "feed", "from", "to");
    private static final List<String> RULES =
            List.of(
                    "fill",
                    "horizon-candles",
                    "stop-loss",
                    "exit-on-opposite",
                    "fee",
                    "slippage",
                    "max-positions",
                    "position-share",
                    "longs",
                    "shorts",
                    "start-equity");
    private static final List<String> OTHERS =
            List.of(
                    "symbols",
                    "members",
                    "weights",
                    "learn",
                    "learning-rate",
                    "reward-multiplier",
                    "punishment-multiplier",
                    "allow-in-sample",
                    "seed",
                    "random-draws",
                    "out",
                    "onnx",
                    "host",
                    "port");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 500;

    private final ServiceAddress service;
    private final HttpClient client;

    private BacktestCommand(ServiceAddress service, HttpClient client) {
        this.service = service;
        this.client = client;
    }

    public static void main(String... arguments) {
        try {
            Map<String, String> options = options(arguments);
            BacktestReport report = options.containsKey("onnx") ? alone(options) : served(options);
            print(report, System.out);
            System.out.println("report: " + out(options).resolve("report.html"));
        } catch (LaunchException | IllegalArgumentException refused) {
            System.err.println("auspex: " + refused.getMessage());
            System.exit(1);
        } catch (IOException failure) {
            System.err.println("auspex: " + failure);
            System.exit(1);
        } catch (InterruptedException stopped) {
            System.exit(130);
        }
    }

    private static Map<String, String> options(String... arguments) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String name = equals < 3 ? "" : argument.substring(2, equals);
            if (!argument.startsWith("--")
                    || !(TEXTS.contains(name) || RULES.contains(name) || OTHERS.contains(name))) {
                throw new LaunchException("'" + argument + "' is not an option\n" + USAGE);
            }
            options.put(name, argument.substring(equals + 1));
        }
        if (!options.containsKey("onnx") && !options.containsKey("model")) {
            throw new LaunchException("say which model\n" + USAGE);
        }
        return options;
    }

    private static Path out(Map<String, String> options) {
        return Path.of(options.getOrDefault("out", "backtest-report"));
    }

    private static BacktestReport alone(Map<String, String> options)
            throws IOException, InterruptedException {
        String feed = options.getOrDefault("feed", "");
        if (!feed.startsWith("replay:")) {
            throw new LaunchException("a model file needs candles: --feed=replay:FOLDER");
        }
        PaperRequest rules = Json.mapper().treeToValue(rules(options), PaperRequest.class);
        return FolderBacktest.run(
                Path.of(feed.substring("replay:".length())),
                Path.of(options.getOrDefault("onnx", "")),
                out(options),
                Boolean.parseBoolean(options.get("allow-in-sample")),
                Integer.parseInt(options.getOrDefault("random-draws", "200")),
                rules);
    }

    private static BacktestReport served(Map<String, String> options)
            throws IOException, InterruptedException {
        List<String> address = new ArrayList<>();
        for (String name : List.of("host", "port")) {
            if (options.containsKey(name)) {
                address.add("--" + name + "=" + options.get(name));
            }
        }
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
            BacktestCommand command =
                    new BacktestCommand(ServiceAddress.of(address.toArray(String[]::new)), client);
            return command.run(options);
        }
    }

    private BacktestReport run(Map<String, String> options)
            throws IOException, InterruptedException {
        JsonNode submitted = Json.mapper().readTree(send("POST", "/api/backtests", body(options)));
        String path = "/api/backtests/" + submitted.path("id").asLong();
        await(path);
        Path folder = out(options);
        Files.createDirectories(folder);
        for (Map.Entry<String, String> file :
                Map.of(
                                "report.html", "/report.html",
                                "report.json", "/report.json",
                                "trades.csv", "/report.csv",
                                "equity.csv", "/equity.csv")
                        .entrySet()) {
            Files.writeString(
                    folder.resolve(file.getKey()), send("GET", path + file.getValue(), null));
        }
        return Json.mapper()
                .readValue(folder.resolve("report.json").toFile(), BacktestReport.class);
    }

    private void await(String path) throws IOException, InterruptedException {
        try (Progress progress = Progress.open("Backtest", 100)) {
            while (true) {
                JsonNode run = Json.mapper().readTree(send("GET", path, null));
                JsonNode remaining = run.path("remaining_seconds");
                progress.step(
                        run.path("percent").asLong(),
                        run.path("phase").asText()
                                + (remaining.isNumber()
                                        ? ", about " + remaining.asLong() + " s left"
                                        : ""));
                switch (run.path("state").asText()) {
                    case "SUCCEEDED" -> {
                        return;
                    }
                    case "FAILED", "CANCELLED" ->
                            throw new LaunchException(
                                    "the backtest ended as %s: %s"
                                            .formatted(
                                                    run.path("state").asText(),
                                                    run.path("reason").asText("by hand")));
                    default -> Thread.sleep(LOOK_MILLIS);
                }
            }
        }
    }

    private static String body(Map<String, String> options) {
        ObjectNode body = Json.mapper().createObjectNode();
        for (String name : TEXTS) {
            if (options.containsKey(name)) {
                body.put(name.replace('-', '_'), options.get(name));
            }
        }
        if (options.containsKey("symbols")) {
            ArrayNode symbols = body.putArray("symbols");
            for (String symbol : options.getOrDefault("symbols", "").split(",")) {
                symbols.add(symbol.strip());
            }
        }
        ensemble(body, options);
        for (String name : List.of("allow-in-sample", "seed", "random-draws")) {
            if (options.containsKey(name)) {
                put(body, name, options.getOrDefault(name, ""));
            }
        }
        ObjectNode rules = rules(options);
        if (!rules.isEmpty()) {
            body.set("rules", rules);
        }
        return body.toString();
    }

    private static void ensemble(ObjectNode body, Map<String, String> options) {
        for (String name : List.of("members", "weights")) {
            if (options.containsKey(name)) {
                ObjectNode of = body.putObject(name);
                for (String pair : options.getOrDefault(name, "").split(",")) {
                    int colon = pair.lastIndexOf(':');
                    if (colon < 1) {
                        throw new LaunchException(
                                "--%s is like lgbm_ai:3,lava_ai:2: '%s'".formatted(name, pair));
                    }
                    String value = pair.substring(colon + 1);
                    if (name.equals("members")) {
                        of.put(pair.substring(0, colon).strip(), value);
                    } else {
                        of.put(pair.substring(0, colon).strip(), number(value));
                    }
                }
            }
        }
        List<String> learning =
                List.of("learning-rate", "reward-multiplier", "punishment-multiplier");
        if (Boolean.parseBoolean(options.get("learn"))) {
            ObjectNode learn = body.putObject("learn");
            learning.stream()
                    .filter(options::containsKey)
                    .forEach(name -> put(learn, name, options.getOrDefault(name, "")));
        } else if (learning.stream().anyMatch(options::containsKey)) {
            throw new LaunchException("a learning rate needs --learn=true");
        }
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException notOne) {
            throw new LaunchException("a weight is a number: '" + text + "'", notOne);
        }
    }

    private static ObjectNode rules(Map<String, String> options) {
        ObjectNode rules = Json.mapper().createObjectNode();
        for (String name : RULES) {
            if (options.containsKey(name)) {
                put(rules, name, options.getOrDefault(name, ""));
            }
        }
        return rules;
    }

    /** A number or a truth value when it is one, or else a text. */
    private static void put(ObjectNode object, String name, String value) {
        String field = name.replace('-', '_');
        if (value.equals("true") || value.equals("false")) {
            object.put(field, Boolean.parseBoolean(value));
            return;
        }
        try {
            object.put(field, Long.parseLong(value));
        } catch (NumberFormatException noWhole) {
            try {
                object.put(field, Double.parseDouble(value));
            } catch (NumberFormatException noNumber) {
                object.put(field, value);
            }
        }
    }

    private String send(String method, String path, @Nullable String body)
            throws IOException, InterruptedException {
        try {
            HttpResponse<String> response =
                    client.send(
                            HttpRequest.newBuilder(service.uri("http", path))
                                    .timeout(TIMEOUT)
                                    .header("Content-Type", "application/json")
                                    .method(
                                            method,
                                            body == null
                                                    ? HttpRequest.BodyPublishers.noBody()
                                                    : HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new LaunchException(
                        Json.mapper()
                                .readTree(response.body())
                                .path("detail")
                                .asText(response.body()));
            }
            return response.body();
        } catch (IOException away) {
            throw new LaunchException(
                    "No Auspex answers at %s (%s). Start one with ./auspex run, say where it is with --port=, or use a model file: --feed=replay:FOLDER --onnx=model.onnx"
                            .formatted(service, away),
                    away);
        }
    }

    static void print(BacktestReport report, PrintStream out) {
        Figures figures = report.figures();
        out.printf(
                Locale.ROOT,
                "%n%s, %s, %s to %s%n",
                report.plan().model(),
                report.plan().feed(),
                report.from(),
                report.to());
        line(out, "return", percent(figures.totalReturn()));
        line(out, "buy and hold", percent(figures.heldReturn()));
        line(out, "largest drawdown", percent(figures.maxDrawdown()));
        line(
                out,
                "Sharpe, Sortino, Calmar",
                decimal(figures.sharpe())
                        + ", "
                        + decimal(figures.sortino())
                        + ", "
                        + decimal(figures.calmar()));
        line(out, "trades, win rate", figures.trades() + ", " + percent(figures.winRate()));
        line(out, "profit factor", decimal(figures.profitFactor()));
        line(out, "mean return of a trade", percent(figures.meanReturn()));
        line(
                out,
                "exposure, turnover",
                percent(figures.exposure()) + ", " + decimal(figures.turnover()));
        PastEnsemble.Summary ensemble = report.ensemble();
        if (ensemble != null) {
            line(out, "weights at first", weights(ensemble.before()));
            line(out, "weights in the end", weights(ensemble.after()));
            ensemble.recorded()
                    .forEach((member, closes) ->
                            line(out, member, "as recorded, of " + closes + " closes"));
            ensemble.leftOut().forEach((member, why) -> line(out, "without " + member, why));
        }
        RandomComparison random = report.random();
        if (random != null) {
            line(
                    out,
                    "better than random entries",
                    "%.1f %% of %d draws".formatted(random.percentile(), random.draws()));
        }
        if (report.deflated() != null) {
            line(
                    out,
                    "deflated Sharpe ratio",
                    "%s (%d trials)"
                            .formatted(
                                    decimal(report.deflated().probability()),
                                    report.deflated().trials()));
        }
        if (report.inSample() != null && report.inSample() > 0) {
            line(
                    out,
                    "IN SAMPLE",
                    percent(report.inSample()) + " of the signals: too good to be true");
        }
    }

    private static void line(PrintStream out, String name, String value) {
        out.printf(Locale.ROOT, "  %-28s %s%n", name, value);
    }

    private static String weights(Map<String, Double> weights) {
        return weights.entrySet().stream()
                .map(weight ->
                        String.format(Locale.ROOT, "%s %.3f", weight.getKey(), weight.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String percent(@Nullable Double fraction) {
        return fraction == null ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * fraction);
    }

    private static String decimal(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }
}
