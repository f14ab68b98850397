package io.auspex.security;

/**
 * Paths that can be read in one way only. Routers strip {@code ;parameters}, collapse slashes,
 * resolve dots and decode percents, each in its own manner; a path on which they could differ from
 * the table of roles is refused instead.
 */
public final class PlainPath {

    private PlainPath() {}

    /** Whether every router reads the same segments from it. */
    public static boolean isPlain(String path) {
        if (path.isEmpty() || path.charAt(0) != '/') {
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == ';' || c == '\\' || c == '?' || c == '#') {
                return false;
            }
            if (c == '/' && isOddAfterSlash(path, i + 1)) {
                return false;
            }
            if (c == '%' && !isNeeded(path, i)) {
                return false;
            }
        }
        return true;
    }

    /** Another slash, or a segment of dots alone. */
    private static boolean isOddAfterSlash(String path, int start) {
        if (start < path.length() && path.charAt(start) == '/') {
            return true;
        }
        int i = start;
        while (i < path.length() && path.charAt(i) == '.') {
            i++;
        }
        return i > start && (i == path.length() || path.charAt(i) == '/');
    }

    /** An escape of something that may not stand there itself, and that separates nothing. */
    private static boolean isNeeded(String path, int percent) {
        if (percent + 2 >= path.length()) {
            return false;
        }
        int high = Character.digit(path.charAt(percent + 1), 16);
        int low = Character.digit(path.charAt(percent + 2), 16);
        if (high < 0 || low < 0) {
            return false;
        }
        int c = high * 16 + low;
        boolean unreserved =
                (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '-'
                        || c == '.'
                        || c == '_'
                        || c == '~';
        return !unreserved && c >= ' ' && c != '/' && c != '\\' && c != ';' && c != '%';
    }
}
