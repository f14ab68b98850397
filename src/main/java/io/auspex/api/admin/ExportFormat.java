package io.auspex.api.admin;

import jakarta.ws.rs.core.MediaType;

/** How an export is written. */
enum ExportFormat {
    CSV("csv", "text/csv"),
    JSON("json", MediaType.APPLICATION_JSON);

    private final String code;
    private final String mediaType;

    ExportFormat(String code, String mediaType) {
        this.code = code;
        this.mediaType = mediaType;
    }

    static ExportFormat of(String code) {
        for (ExportFormat format : values()) {
            if (format.code.equals(code)) {
                return format;
            }
        }
        throw QueryNumbers.invalid("format must be csv or json: '" + code + "'");
    }

    String code() {
        return code;
    }

    String mediaType() {
        return mediaType;
    }
}
