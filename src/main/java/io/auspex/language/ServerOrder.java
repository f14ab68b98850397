package io.auspex.language;

import io.auspex.platform.Failure;
import io.auspex.platform.Failure.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be started: checked when it is made.
 *
 * @param model real path of a file under the folder of models
 * @param port 1 to 65535
 * @param timeout how long it may take until it is ready
 */
record ServerOrder(Path model, int port, Duration timeout) {

    private static final int MOST_PORTS = 65_535;

    /**
     * @param path of the model, relative to the folder or below it
     * @throws Failure INVALID {@code bad-model-path}, {@code bad-port}, {@code bad-timeout};
     *     NOT_FOUND {@code no-such-model-file}
     */
    static ServerOrder of(String path, int port, Duration timeout, LanguageConfig.Server config) {
        if (port < 1 || port > MOST_PORTS) {
            throw new Failure(Category.INVALID, "bad-port", "port must be 1 to " + MOST_PORTS);
        }
        if (!timeout.isPositive() || timeout.compareTo(config.maxStart()) > 0) {
            throw new Failure(
                    Category.INVALID,
                    "bad-timeout",
                    "timeout must be more than 0 and at most "
                            + config.maxStart().toSeconds()
                            + " seconds");
        }
        return new ServerOrder(model(path, Path.of(config.modelsFolder())), port, timeout);
    }

    /** The words of the command line; no word of the template becomes two by what is filled in. */
    List<String> command(String template) {
        List<String> words = new ArrayList<>();
        for (String word : template.strip().split("\\s+")) {
            words.add(
                    word.replace("{model}", model.toString())
                            .replace("{port}", Integer.toString(port)));
        }
        return words;
    }

    private static Path model(String path, Path folder) {
        Path real;
        try {
            Path root = folder.toRealPath();
            real = root.resolve(path).toRealPath();
            if (!real.startsWith(root)) {
                throw new Failure(
                        Category.INVALID,
                        "bad-model-path",
                        "the model must lie under the folder " + folder);
            }
        } catch (InvalidPathException e) {
            throw new Failure(Category.INVALID, "bad-model-path", "that is no path of a file", e);
        } catch (IOException e) {
            throw new Failure(
                    Category.NOT_FOUND,
                    "no-such-model-file",
                    "there is no such file under the folder "
                            + folder
                            + " (--language.server.models-folder)",
                    e);
        }
        if (!Files.isRegularFile(real)) {
            throw new Failure(Category.INVALID, "bad-model-path", "the model must be a file");
        }
        return real;
    }
}
