package io.auspex.security;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Where advisories are: one JSON document each, alone, in an array, a folder or a zip. */
interface AdvisorySource {

    /** How long a download may take. */
    Duration TIMEOUT = Duration.ofMinutes(5);

    void forEach(Consumer<JsonNode> advisory) throws IOException, InterruptedException;

    /**
     * @param place a file, a folder, a zip, or an address of http
     */
    static AdvisorySource of(String place) {
        if (place.startsWith("http://") || place.startsWith("https://")) {
            return advisory -> download(URI.create(place), advisory);
        }
        Path path = Path.of(place);
        return advisory -> {
            if (Files.isDirectory(path)) {
                folder(path, advisory);
            } else {
                try (InputStream in = Files.newInputStream(path)) {
                    read(path.toString(), in, advisory);
                }
            }
        };
    }

    private static void folder(Path folder, Consumer<JsonNode> advisory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                read(file.toString(), in, advisory);
            }
        }
    }

    private static void download(URI address, Consumer<JsonNode> advisory)
            throws IOException, InterruptedException {
        System.err.println("auspex: downloading " + address);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> answer =
                    http.send(
                            HttpRequest.newBuilder(address).timeout(TIMEOUT).build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw new IOException(address + " answers " + answer.statusCode());
                }
                read(address.getPath(), in, advisory);
            }
        }
    }

    private static void read(String name, InputStream in, Consumer<JsonNode> advisory)
            throws IOException {
        if (!name.endsWith(".zip")) {
            JsonNode json = Json.mapper().readTree(in);
            if (json.isArray()) {
                json.forEach(advisory);
            } else {
                advisory.accept(json);
            }
            return;
        }
        ZipInputStream zip = new ZipInputStream(in);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            if (entry.getName().endsWith(".json")) {
                advisory.accept(Json.mapper().readTree(zip.readAllBytes()));
            }
        }
    }
}
