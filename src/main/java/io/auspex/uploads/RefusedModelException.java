package io.auspex.uploads;

/** A model file that is not let in. The message says why, for the one who sent it. */
final class RefusedModelException extends Exception {

    private static final long serialVersionUID = 1L;

    /** The file is the reason. */
    static final String REFUSED = "upload-refused";

    /** The manifest, or that there is none, is the reason. */
    static final String MANIFEST = "manifest-invalid";

    private final String slug;

    private RefusedModelException(String slug, String reason) {
        super(reason);
        this.slug = slug;
    }

    static RefusedModelException file(String reason) {
        return new RefusedModelException(REFUSED, reason);
    }

    static RefusedModelException manifest(String reason) {
        return new RefusedModelException(MANIFEST, reason);
    }

    String slug() {
        return slug;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
