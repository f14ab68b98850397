package io.auspex.api.admin;

import io.auspex.security.ApiKey;
import io.auspex.security.IssuedKey;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A key that was just made.
 *
 * @param token what to send as {@code Authorization: Bearer <token>}; nobody can show it again
 */
@RegisterForReflection
@Schema(name = "IssuedKey")
record IssuedView(ApiKey key, String token) {

    static IssuedView of(IssuedKey issued) {
        return new IssuedView(issued.key(), issued.token());
    }
}
