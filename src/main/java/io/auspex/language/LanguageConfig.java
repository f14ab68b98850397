package io.auspex.language;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of the language model that is a member of the ensemble. */
@ConfigMapping(prefix = "auspex.language")
interface LanguageConfig {

    /**
     * Where the chat endpoint is, up to and with {@code /v1}; without it, the local server that was
     * started over REST.
     */
    Optional<String> baseUrl();

    /** Sent as a bearer token. */
    Optional<String> key();

    /** Name of the model, as the endpoint knows it. */
    @WithDefault("mistral")
    String model();

    /** How long one answer may take. */
    @WithDefault("20s")
    Duration timeout();

    /** Questions an hour; beyond them the member is left out. */
    @WithDefault("600")
    int budgetPerHour();

    /** Questions at the same time. */
    @WithDefault("2")
    int parallel();

    /** Questions that may wait for those; one more is left out. */
    @WithDefault("64")
    int maxWaiting();

    /** Newest candles that the prompt shows. */
    @WithDefault("48")
    int candles();

    /** Bytes of an answer; a longer one is refused. */
    @WithDefault("65536")
    int maxAnswerBytes();

    /** Answers that are kept for whoever asks about the same close again. */
    @WithDefault("10000")
    int cache();

    /** The local server. */
    Server server();

    /** The local server. */
    interface Server {

        /**
         * Its command line, words separated by spaces; {@code {model}} and {@code {port}} are
         * filled in. No shell sees it.
         */
        @WithDefault("llama-server --model {model} --host 127.0.0.1 --port {port}")
        String command();

        /** The folder that model files must lie under. */
        @WithDefault("language-models")
        String modelsFolder();

        /** Path that answers 200 when it is ready. */
        @WithDefault("/health")
        String health();

        /** How often it is looked at. */
        @WithDefault("500ms")
        Duration checkEvery();

        /** Longest wait for its first answer that a caller may ask for. */
        @WithDefault("10m")
        Duration maxStart();

        /** Pause before it is started again after it ended by itself; doubled with each time. */
        @WithDefault("1s")
        Duration restartFirst();

        /** Longest such pause. */
        @WithDefault("1m")
        Duration restartLongest();

        /** Ends by itself in a row after which it is not started again. */
        @WithDefault("5")
        int maxRestarts();

        /** Characters of its output that are kept. */
        @WithDefault("16384")
        int outputChars();
    }
}
