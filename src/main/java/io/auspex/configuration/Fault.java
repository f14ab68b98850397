package io.auspex.configuration;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * One thing that is wrong with a document.
 *
 * @param path a JSON Pointer (RFC 6901); empty for the whole document
 * @param message one sentence that says what would be right
 */
@RegisterForReflection
public record Fault(String path, String message) {}
