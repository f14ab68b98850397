package io.auspex.security;

import io.github.bucket4j.Bucket;

/**
 * A caller with what is counted of them.
 *
 * @param rate what is left of their requests
 * @param use how often they called and were refused
 */
public record Credential(Caller caller, Bucket rate, KeyActivity use) {}
