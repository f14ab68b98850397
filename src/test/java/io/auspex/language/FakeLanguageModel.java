package io.auspex.language;

import io.auspex.ensemble.Member;
import io.auspex.market.CandleHistory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The process that speaks the chat protocol, and members that ask it over a real socket. */
public final class FakeLanguageModel implements AutoCloseable {

    private final Process server;
    private final int port;
    private final List<LanguageMember> members = new ArrayList<>();

    private FakeLanguageModel(Process server, int port) {
        this.server = server;
        this.port = port;
    }

    public static FakeLanguageModel start() throws IOException {
        List<String> words = new ArrayList<>();
        for (String word : LanguageSettings.fakeServer().split(" ")) {
            words.add(word.replace("{model}", "good.gguf").replace("{port}", "0"));
        }
        Process server = new ProcessBuilder(words).redirectErrorStream(true).start();
        BufferedReader output = server.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("port ")) {
                return new FakeLanguageModel(
                        server, Integer.parseInt(line.substring("port ".length())));
            }
        }
        throw new IllegalStateException("the fake server did not start");
    }

    /**
     * A member that asks it.
     *
     * @param how it answers
     * @param folder for a local server's files
     */
    public Member member(String how, CandleHistory history, Path folder) {
        return member(how, Map.of(), history, folder, InstantSource.system());
    }

    LanguageMember member(
            String how,
            Map<String, String> settings,
            CandleHistory history,
            Path folder,
            InstantSource clock) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("auspex.language.base-url", "http://127.0.0.1:" + port + "/" + how + "/v1/");
        LanguageConfig config = LanguageSettings.with(all);
        LanguageMember member =
                new LanguageMember(
                        config,
                        new LanguageServer(config.server(), folder, clock),
                        history,
                        clock,
                        new SimpleMeterRegistry());
        members.add(member);
        return member;
    }

    /** How many questions it was asked so far. */
    public int asked() throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + port + "/asked");
            return Integer.parseInt(
                    http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
        }
    }

    /** Ends the members; the process lives on. */
    void endMembers() {
        members.forEach(member -> member.stop(null));
        members.clear();
    }

    @Override
    public void close() {
        endMembers();
        server.destroyForcibly();
    }
}
