package io.auspex.configuration;

/** JSON Pointers (RFC 6901). */
final class Pointer {

    /** Longest name that is repeated to whoever sent it, in characters. */
    private static final int MAX_NAME = 100;

    private Pointer() {}

    /** Of a field of the object at a path. */
    static String below(String path, String name) {
        String shown = name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "..";
        return path + "/" + shown.replace("~", "~0").replace("/", "~1");
    }
}
