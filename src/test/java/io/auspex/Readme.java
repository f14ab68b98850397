package io.auspex;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A page of documentation, and what it promises. */
record Readme(Path file, String text) {

    private static final Pattern SHELL = Pattern.compile("(?ms)^```sh\\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");
    private static final Pattern ENDPOINT =
            Pattern.compile("(?<![A-Za-z0-9._/-])/(?:api|v2|q)(?:/[A-Za-z0-9{}._-]+)*");
    private static final Pattern OPTION_ROW = Pattern.compile("(?m)^\\| `--.*\\|$");

    static Readme read(String file) throws IOException {
        Path path = Packaged.CHECKOUT.resolve(file);
        return new Readme(path, Files.readString(path));
    }

    /** Every page that this repository has. */
    static List<Readme> all() throws IOException {
        List<Readme> pages = new ArrayList<>(List.of(read("README.md")));
        try (var files = Files.walk(Packaged.CHECKOUT.resolve("docs"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".md")).toList()) {
                pages.add(new Readme(file, Files.readString(file)));
            }
        }
        return pages;
    }

    /** Every line of every block of shell commands, without comments. */
    List<String> commands() {
        return SHELL.matcher(text)
                .results()
                .flatMap(block -> block.group(1).lines())
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    /** Files of the repository that it links to. */
    List<Path> links() {
        return LINK.matcher(text)
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.contains("://"))
                .map(target -> file.resolveSibling(target).normalize())
                .toList();
    }

    /** Paths of the interfaces, in examples as in prose; a dot at the end is the sentence's. */
    Set<String> endpoints() {
        Matcher endpoint = ENDPOINT.matcher(text.replaceAll("https?://127\\.0\\.0\\.1:\\d+", " "));
        return endpoint.results()
                .map(found -> found.group().replaceAll("\\.+$", ""))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The rows of the table of options. */
    List<String> optionRows() {
        return OPTION_ROW.matcher(text).results().map(row -> row.group()).toList();
    }
}
